"""Which Federal Register document made a change of the CFR or of a list, and which records belong to one story."""
