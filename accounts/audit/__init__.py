"""Facts: what happened, by whom. One fact is one audit entry and one event, in the transaction of the change."""
