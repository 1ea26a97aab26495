"""The one rule editor: conditions, assignees, visibility, validation and filters are all edited in it.

Rows of variable, condition and value in groups of "all" and "any", by plain posts; pure Python, no Django. A face needs:

    setup = Setup(context=context_of(document.fields), name="visible_when", empty="Always shown.")
    editor = RuleEditor.of(setup, field.visible_when)             # GET
    editor = RuleEditor.posted(setup, request.POST)               # POST
    if editor.button or not editor.is_valid: draw the page again  # a button of the editor, or errors at their rows
    else: store editor.document                                   # None without any condition

and in its form `{% include "forms_builder/rule_editor/editor.html" with editor=editor %}`.
"""

from forms_builder.rule_editor.editor import RuleEditor
from forms_builder.rule_editor.setup import SavedChoice, Setup, Wrong
from forms_builder.rule_editor.words import Choice, Offers

__all__ = ["Choice", "Offers", "RuleEditor", "SavedChoice", "Setup", "Wrong"]
