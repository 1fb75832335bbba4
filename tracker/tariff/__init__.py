"""The Harmonized Tariff Schedule as data: its rows with indent and inherited rate, what the headings and notes of
chapter 99 say, and which of them apply to a line. Pure: no network, no storage, no clock.
"""
