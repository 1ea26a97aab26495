"""Names of the gallery's pages, known without setting Django up."""

PAGE_NAMES = (
    *("login", "login-refused", "password-done", "profile", "home", "start", "start-refused", "claim", "inbox"),
    *("inbox-empty", "messages", "request", "request-manager", "request-closed", "definition", "definition-form"),
    *("definition-preferences", "definition-versions", "runs", "search", "notifications", "error-404", "error-409"),
    *("error-500", "request-branches", "request-waiting", "definition-branches"),
    *("definition-changes", "definition-cases", "definition-move"),
    *("link-decision", "link-code", "link-over", "request-links"),
    *("mail-decision", "bulk-choice", "bulk-waiting", "bulk-done"),
    *("request-machine", "machine-steps", "request-panel", "request-why"),
    *("request-asked", "request-held", "forecast"),
    *("library", "library-item", "library-update"),
    *("flows-catalogue", "flows-catalogue-physical", "flows-catalogue-empty", "flows-entity", "flows-entity-alone"),
    *("flows-logical", "flows-physical", "proposal", "proposal-change", "proposal-failed", "proposal-rejected"),
    *("proposals", "proposals-empty", "proposals-decided", "propose", "propose-delivery", "propose-types"),
    *("propose-summary", "propose-removal"),
    *("bottlenecks", "preferences", "case", "case-record"),
    *("outline", "outline-clash", "design-versions", "publish", "publish-blocked"),
    *("form-import", "form-imported"),
)
