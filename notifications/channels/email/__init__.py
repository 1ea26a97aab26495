"""E-mail: a delivery row with the plan, then at least once to the mail server, with one Message-ID for all attempts."""
