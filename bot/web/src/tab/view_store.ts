/** The reader's saved views, and every change of them. */

import type { Answer, Api, Data } from "../api";
import { toFailure } from "../failures";
import { saveFile } from "../save_file";
import { say } from "../texts";
import { asJson, type Filter, type View } from "./filter";

export class ViewStore {
  views: View[] = [];
  hidden: View[] = [];

  constructor(
    private readonly api: Api,
    /** Told why a change was not made, in a sentence. */
    private readonly complain: (text: string) => void,
  ) {}

  async load(): Promise<void> {
    const answer = await this.api.ask("views.list", { hidden: true });
    const views = (answer.data["views"] as unknown as View[] | undefined) ?? [];
    this.views = views.filter((view) => !view.is_hidden);
    this.hidden = views.filter((view) => view.is_hidden);
  }

  find(id: number | null): View | undefined {
    return this.views.find((view) => view.view_id === id);
  }

  /** The list that is shown first. */
  get first(): View | undefined {
    return this.views.find((view) => view.is_default) ?? this.views[0];
  }

  /** Keep a filter under a new name; gives the list that it became. */
  async add(name: string, filter: Filter): Promise<View | undefined> {
    const before = new Set(this.views.map((view) => view.view_id));
    if (!(await this.tell("view.save", { name, filter: asJson(filter) }))) {
      return undefined;
    }
    await this.load();
    return this.views.find((view) => !before.has(view.view_id)) ?? this.views.find((view) => view.name === name);
  }

  /** Ask for a change; null where it was refused, which has been said. */
  async tell(verb: string, data: Data): Promise<Answer | null> {
    try {
      const answer = await this.api.ask(verb, data);
      if (answer.status === 200) {
        return answer;
      }
      this.complain(answer.summary);
    } catch (error) {
      this.complainOf(error);
    }
    return null;
  }

  /** Save a list as a file. */
  async export(filter: Filter, format: "csv" | "xlsx"): Promise<void> {
    const file = (await this.tell("export", { filter: asJson(filter), format }))?.file;
    try {
      if (file) {
        saveFile(file.name, await this.api.download(file.verb, file.data));
      }
    } catch (error) {
      this.complainOf(error);
    }
  }

  private complainOf(error: unknown): void {
    const failure = toFailure(error);
    this.complain(failure.sentence || say(`failure_${failure.kind}_title`));
  }
}
