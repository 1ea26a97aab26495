"""PostgreSQL with the tenancy wall built in (``ENGINE = "accounts.tenancy.postgresql"``)."""
