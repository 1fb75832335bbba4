"""What others wrote is read in a process of its own, with bounds on its memory and time: a document that ends its
reader, or never lets it end, costs one worker and not the tracker. `pool.run` is all that others need."""
