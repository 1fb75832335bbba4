from tracker.record import instant, record, restore

__all__ = ["instant", "record", "restore"]
