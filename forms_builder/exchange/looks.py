"""Keys of the source files that need no line of their own in a report: how things look there, and what only its server reads."""

from typing import Final

SURVEYJS_LOOKS: Final = frozenset({
    "width", "minWidth", "maxWidth", "indent", "paddingLeft", "paddingRight", "titleLocation",
    "descriptionLocation", "errorLocation", "state", "colCount", "size", "rows", "autoGrow", "hideNumber",
    "showNumber", "questionTitleLocation", "questionErrorLocation", "questionStartIndex", "renderAs", "labelTrue",
    "labelFalse", "rateType", "displayMode", "scaleColorMode", "rateColorMode", "searchEnabled", "choicesOrder",
    "placeHolder", "showQuestionNumbers", "showProgressBar", "progressBarType", "progressBarLocation", "showTitle",
    "showPageTitles", "showPageNumbers", "showNavigationButtons", "showPrevButton", "widthMode", "logo",
    "logoPosition", "logoWidth", "logoHeight", "logoFit", "theme", "themes", "questionDescriptionLocation",
    "questionTitlePattern", "requiredText", "pagePrevText", "pageNextText", "completeText", "previewText",
    "startSurveyText", "firstPageIsStarted", "showPreviewBeforeComplete", "questionsOnPageMode",
    "focusFirstQuestionAutomatic", "focusOnFirstError", "goNextPageAutomatic", "maxTextLength", "maxOthersLength",
    "locale", "checkErrorsMode", "textUpdateMode", "addRowText", "removeRowText", "addRowLocation", "columnLayout",
    "alternateRows", "panelAddText", "panelRemoveText", "panelsState", "templateTitle", "templateDescription",
    "panelCountText", "renderMode", "confirmDelete", "confirmDeleteText", "keyDuplicationError", "startWithNewLine",
    "separateSpecialChoices", "innerIndent", "navigationTitle", "showHeader", "columnMinWidth", "verticalAlign",
    "imageHeight", "imageWidth", "imageFit", "contentMode", "showLabel", "signatureWidth", "signatureHeight",
    "penColor", "dataFormat", "noneText", "otherText", "otherPlaceholder", "requiredErrorText", "minErrorText",
    "maxErrorText", "selectAllText", "showClearButton", "allowClear", "allowImagesPreview", "showPreview",
    "storeDataAsText", "needConfirmRemoveFile", "cellHideNumber", "page",
})  # fmt: skip
"""Looks of SurveyJS: counted."""

FORMIO_LOOKS: Final = frozenset({
    "labelPosition", "labelWidth", "labelMargin", "hideLabel", "autofocus", "tabindex", "modalEdit",
    "showCharCount", "showWordCount", "size", "block", "leftIcon", "rightIcon", "inline", "optionsLabelPosition",
    "hideInputLabels", "dataGridLabel", "disableAddingRemovingRows", "striped", "bordered", "hover", "condensed",
    "cellAlignment", "collapsible", "collapsed", "breadcrumbClickable", "buttonSettings", "navigateOnEnter",
    "nextPage", "scrollToTop", "addAnotherPosition", "reorder", "rowDrafts", "openWhenEmpty", "layoutFixed",
    "enableRowGroups", "mask", "rows", "displayMask", "inputMaskPlaceholderChar", "inputFormat",
    "case", "truncate", "format", "datePicker", "calendarWidget", "shortcut", "footer", "width", "height",
    "backgroundColor", "penColor", "minWidth", "maxWidth", "verticalLayout", "hideHeader", "image", "imageSize",
    "privateDownload", "fileNameTemplate", "fileMinSize", "webcamSize", "hideOnChildrenHidden", "border", "offset",
    "push", "pull", "currentWidth", "wysiwyg", "editor", "fixedSize", "autoExpand", "shortcutButtons", "dayFirst",
    "inputsLabelPosition", "defaultDate", "keyBeforeValue", "disableAddingRemoving", "addAnother", "saveRow",
    "removeRow", "placeholderChar", "breadcrumb", "allowPrevious", "tooltip",
})  # fmt: skip
"""Looks of Form.io: counted."""

FORMIO_SILENT: Final = frozenset({
    "id", "key", "type", "input", "tableView", "persistent", "protected", "dbIndex", "encrypted", "redrawOn",
    "clearOnHide", "refreshOn", "validateOn", "errors", "overlay", "attributes", "properties", "tags", "widget",
    "lockKey", "idPath", "isNew", "addons", "showValidations", "errorLabel", "allowCalculateOverride", "submit",
    "inputType", "delimiter", "requireDecimal", "dataType", "lazyLoad", "template", "uniqueOptions", "searchField",
    "searchThreshold", "searchDebounce", "minSearch", "readOnlyValue", "customClass", "dataSrc", "selectThreshold",
    "limit", "ignoreCache", "authenticate", "valueProperty", "sort", "filter", "indexeddb", "selectFields",
    "storage", "dir", "url", "webcam", "fileTypes", "options", "fileKey", "uploadOnly", "customOptions",
    "defaultOpen", "tree", "useExactSearch", "inlineEdit", "modal", "allowMultipleMasks", "truncateMultipleSpaces",
    "calculateServer", "enableManualMode", "onlyAvailableItems", "autoAdjust", "timePicker", "spellcheck",
    "allowManualInput", "label", "autocomplete", "name", "value", "searchEnabled", "displayInTimezone", "timezone",
    "useLocaleSettings", "customDefaultValueType", "theme", "datepickerMode", "triggers", "switchToManualModeLabel",
    "disableClearIcon", "manualModeViewString", "provider", "providerOptions",
})  # fmt: skip
"""What Form.io writes for itself into every component."""

FORMIO_TOP: Final = frozenset({
    "_id", "name", "path", "type", "display", "components", "machineName", "owner", "project", "form", "created",
    "modified", "tags", "access", "submissionAccess", "settings", "controller", "revisions", "_vid",
    "fieldMatchAccess", "submissionRevisions", "esign", "deleted", "__v", "pdfComponents", "breadcrumb", "builder",
    "key", "label", "input", "tableView",
})  # fmt: skip
"""What Form.io writes for itself around a form."""

FORMIO_CHECKS: Final = frozenset({
    "required", "min", "max", "minLength", "maxLength", "pattern", "customMessage", "minSelectedCount",
    "maxSelectedCount", "strictDateValidation", "multiple", "customPrivate", "step", "integer",
    "requireDecimal",
})  # fmt: skip
"""Checks of Form.io that are asked for by the components that have them."""
