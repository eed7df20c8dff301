/** How cards look: Fluent's tokens as CSS variables, so that a change of theme needs no new drawing. */

import { HostConfig } from "adaptivecards/lib/host-config";

const tone = (name: string) => ({ default: `var(--${name})`, subtle: `var(--${name})` });

const foregroundColors = {
  default: { default: "var(--colorNeutralForeground1)", subtle: "var(--colorNeutralForeground3)" },
  dark: { default: "var(--colorNeutralForeground1)", subtle: "var(--colorNeutralForeground3)" },
  light: { default: "var(--colorNeutralForeground2)", subtle: "var(--colorNeutralForeground3)" },
  accent: tone("colorBrandForeground2"),
  good: tone("colorStatusSuccessForeground1"),
  warning: tone("colorStatusWarningForeground1"),
  attention: tone("colorStatusDangerForeground3"),
};

const style = (backgroundColor: string) => ({ backgroundColor, foregroundColors });

export const hostConfig = new HostConfig({
  hostCapabilities: {},
  choiceSetInputValueSeparator: ",",
  supportsInteractivity: true,
  spacing: { none: 0, small: 4, default: 8, medium: 12, large: 20, extraLarge: 28, padding: 12 },
  separator: { lineThickness: 1, lineColor: "var(--colorNeutralStroke2)" },
  fontTypes: {
    default: {
      fontFamily: "var(--fontFamilyBase)",
      fontSizes: { small: 12, default: 14, medium: 16, large: 18, extraLarge: 22 },
      fontWeights: { lighter: 400, default: 400, bolder: 600 },
    },
    monospace: {
      fontFamily: "var(--fontFamilyMonospace)",
      fontSizes: { small: 12, default: 13, medium: 14, large: 16, extraLarge: 18 },
      fontWeights: { lighter: 400, default: 400, bolder: 600 },
    },
  },
  lineHeights: { small: 16, default: 20, medium: 22, large: 26, extraLarge: 30 },
  imageSizes: { small: 32, medium: 52, large: 96 },
  containerStyles: {
    default: style("transparent"),
    emphasis: style("var(--colorNeutralCardBackground)"),
    accent: style("var(--colorBrandBackground2)"),
    good: style("var(--colorStatusSuccessBackground1)"),
    warning: style("var(--colorStatusWarningBackground1)"),
    attention: style("var(--colorStatusDangerBackground1)"),
  },
  actions: {
    maxActions: 6,
    spacing: "default",
    buttonSpacing: 8,
    showCard: { actionMode: "inline", inlineTopMargin: 8, style: "emphasis" },
    actionsOrientation: "horizontal",
    actionAlignment: "left",
    iconPlacement: "leftOfTitle",
    allowTitleToWrap: true,
    iconSize: 16,
  },
  adaptiveCard: { allowCustomStyle: false },
  inputs: {
    label: {
      inputSpacing: "small",
      requiredInputs: { weight: "bolder", size: "small", suffix: " *", suffixColor: "attention" },
      optionalInputs: { weight: "bolder", size: "small" },
    },
    errorMessage: { color: "attention", size: "small" },
    debounceTimeInMilliSeconds: 150,
    allowDynamicallyFilteredChoiceSet: true,
    allowRevealOnHoverStyle: false,
  },
  factSet: {
    title: { color: "default", size: "small", isSubtle: true, weight: "default", wrap: true, maxWidth: 130 },
    value: { color: "default", size: "default", isSubtle: false, weight: "default", wrap: true },
    spacing: 12,
  },
  textBlock: { headingLevel: 2 },
  textStyles: {
    heading: { size: "large", weight: "bolder", color: "default", isSubtle: false, fontType: "default" },
    columnHeader: { size: "small", weight: "bolder", color: "default", isSubtle: true, fontType: "default" },
  },
});
