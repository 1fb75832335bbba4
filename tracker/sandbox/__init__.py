"""Parses untrusted documents in worker processes with limits on memory and time. A document that crashes or
blocks its parser costs one worker, not the tracker. Other packages call `pool.run` only.
"""
