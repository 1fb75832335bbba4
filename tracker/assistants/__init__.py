"""Optional annotations beside the findings: similarity scores, and summaries written by the firm's own model.

Both are off by default, work on stored data, and are marked as what they are. No topic, level, status, date or
alert depends on them.
"""
