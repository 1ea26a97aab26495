"""What changes proposals, one use case per function. Every one locks the proposal's row before anything else."""
