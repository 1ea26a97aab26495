"""The one-time loader: a physical flow for each logical flow that has none, so that nothing stands outside of the process."""
