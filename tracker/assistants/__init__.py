"""What stands beside the findings: likenesses of words, and summaries that a model of the firm's own wrote.

Both are off until the settings turn them on, work on what is stored already, and are shown for what they are. No topic,
level, status, date or alert comes from here.
"""
