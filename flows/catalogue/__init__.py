"""What flows between which ends, as everybody of the organisation may read it."""
