"""How the catalogue is changed: proposals, their approvals, and what comes of them."""
