import { Draft } from "./draft";
import type { DraftDocument, Operation } from "./model";
import { Queue, tabName, whenGone } from "./queue";
import { type Addresses, Server } from "./server";

/** What the page says about its draft: `<cs-draft>` in the header, and on the Graph tab the document in `#draft-document`. */
interface PageState {
  readonly definition: string;
  readonly version: number;
  readonly revision: number;
  readonly me: string;
  readonly addresses: Addresses;
}

interface PageDocument {
  readonly document: DraftDocument;
  readonly revision: number;
  readonly operations: readonly Operation[];
}

const NOTHING: DraftDocument = { graph: { steps: [], transitions: [] }, form: {}, cases: [] };

let made: Promise<Draft | undefined> | undefined;

/** The one draft of this page, shared by the header and the canvas; undefined on a page without one. */
export function pageDraft(): Promise<Draft | undefined> {
  made ??= open();
  return made;
}

async function open(): Promise<Draft | undefined> {
  const header = document.querySelector<HTMLElement>("cs-draft");
  if (!header) return undefined;
  const state = stateIn(header);
  const holder = document.getElementById("draft-document")?.textContent;
  const start: PageDocument = holder
    ? (JSON.parse(holder) as PageDocument)
    : { document: NOTHING, revision: state.revision, operations: [] };
  const queue = new Queue(`${state.definition}:${state.version}:${state.me}`, await tabName(), localStorage);
  const draft = new Draft(start, state.me, queue, new Server(state.addresses, state.version, token));
  queue.adopt(whenGone, () => draft.resume());
  return draft;
}

function stateIn({ dataset }: HTMLElement): PageState {
  return {
    definition: dataset.definition ?? "",
    version: Number(dataset.version),
    revision: Number(dataset.revision),
    me: dataset.me ?? "",
    addresses: { document: dataset.document ?? "", operations: dataset.operations ?? "" },
  };
}

function token(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}
