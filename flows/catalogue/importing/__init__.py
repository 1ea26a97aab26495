"""Files that are brought into the catalogue: read within limits, checked row by row, applied in batches."""
