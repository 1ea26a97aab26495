"""Pages of this app: a form goes to a service, the answer is a message and a redirect."""
