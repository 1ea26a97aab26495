"""The tenancy kernel: whose data is touched, and the walls that keep it apart.

Nothing here imports another part of ``accounts``.
"""
