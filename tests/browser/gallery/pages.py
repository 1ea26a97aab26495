"""Names of the gallery's pages, known without setting Django up."""

PAGE_NAMES = (
    *("login", "login-refused", "password-done", "profile", "home", "start", "start-refused", "claim", "inbox"),
    *("inbox-empty", "messages", "request", "request-manager", "request-closed", "definition", "definition-form"),
    *("definition-preferences", "definition-versions", "runs", "search", "notifications", "error-404", "error-409"),
    "error-500",
)
