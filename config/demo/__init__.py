"""The demo: two organisations with their people, workflows and requests; and organisations by the thousand for benchmarks."""
