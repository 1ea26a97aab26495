/** Placeholder filled below. */
export default class StepForm extends HTMLElement {}
