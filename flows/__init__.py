"""The catalogue of data flows, and how it is changed: a maker proposes, the approvers of both ends check."""
