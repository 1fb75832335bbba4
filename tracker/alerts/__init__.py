"""Who is alerted, when and why: routing, enqueueing, mutes, incidents, related documents."""
