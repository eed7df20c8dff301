/**
 * The choice set that looks its choices up (`choices.data`), as a real combobox.
 *
 * The library's own compares titles and submits the typed text where a title is not among its choices; here the value
 * is that of the choice that was picked, so two people of one name stay two people, and typed text chooses nobody.
 */

import { ChoiceSetInput } from "adaptivecards/lib/card-elements";

import { Combobox, type Lookup } from "../people";

export class PersonInput extends ChoiceSetInput {
  /** Where the choices come from; set once for all cards of the page. */
  static lookup: Lookup = () => Promise.resolve([]);

  private combobox: Combobox | undefined;

  protected override internalRender(): HTMLElement | undefined {
    if (!this.isDynamicTypeahead()) {
      return super.internalRender();
    }
    const given = this.choices.map(({ title, value }) => ({ title: title ?? "", value: value ?? "" }));
    const value = this.defaultValue;
    this.combobox = new Combobox({
      lookup: async (query) => {
        const found = await PersonInput.lookup(query);
        const matching = given.filter((choice) => choice.title.toLowerCase().includes(query.toLowerCase()));
        return [...matching, ...found.filter((choice) => !given.some((own) => own.value === choice.value))];
      },
      ...(this.placeholder && { placeholder: this.placeholder }),
      value: given.find((choice) => choice.value === value) ?? null,
      onChoose: () => this.valueChanged(),
    });
    return this.combobox.element;
  }

  protected override updateInputControlAriaLabelledBy(): void {
    const labels = this.getAllLabelIds();
    if (this.combobox && labels.length > 0) {
      this.combobox.input.setAttribute("aria-labelledby", labels.join(" "));
    } else if (this.combobox) {
      this.combobox.input.setAttribute("aria-label", this.label ?? this.placeholder ?? "");
    } else {
      super.updateInputControlAriaLabelledBy();
    }
  }

  override focus(): void {
    if (this.combobox) {
      this.combobox.input.focus();
    } else {
      super.focus();
    }
  }

  /** Take what was typed for the only person that it can mean; false where it means nobody, or several. */
  settle(): Promise<boolean> {
    return this.combobox ? this.combobox.settle() : Promise.resolve(true);
  }

  override isSet(): boolean {
    return this.combobox ? this.combobox.value !== null : super.isSet();
  }

  override isValid(): boolean {
    return this.combobox ? !this.isRequired || this.isSet() : super.isValid();
  }

  override get value(): string | undefined {
    return this.combobox ? this.combobox.value?.value : super.value;
  }
}
