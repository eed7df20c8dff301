// A host like Teams: its type scale, spacing and colours in the light and the dark theme.
const themes = {
  light: {
    page: "#f5f5f5", card: "#ffffff", text: "#242424", subtle: "#616161", accent: "#5b5fc7", line: "#e0e0e0",
    good: "#237b4b", warning: "#8a6100", attention: "#c4314b",
    grounds: { emphasis: "#f5f5f5", good: "#e7f2da", accent: "#e8ebfa", warning: "#fbf1d3", attention: "#fbeaee" },
  },
  dark: {
    page: "#1f1f1f", card: "#2d2d2d", text: "#ffffff", subtle: "#adadad", accent: "#8f93ee", line: "#484848",
    good: "#92c353", warning: "#f8d22a", attention: "#f9526b",
    grounds: { emphasis: "#383838", good: "#2a3b20", accent: "#2f3057", warning: "#463b14", attention: "#4b2029" },
  },
};

function colours(theme) {
  const both = (colour, subtle) => ({ default: colour, subtle: subtle || colour });
  return {
    default: both(theme.text, theme.subtle), dark: both(theme.text, theme.subtle), light: both(theme.subtle),
    accent: both(theme.accent), good: both(theme.good), warning: both(theme.warning), attention: both(theme.attention),
  };
}

function hostConfig(name) {
  const theme = themes[name];
  const style = (ground) => ({ backgroundColor: ground, foregroundColors: colours(theme) });
  const containerStyles = { default: style("#00000000") };
  for (const [key, ground] of Object.entries(theme.grounds)) containerStyles[key] = style(ground);
  return {
    fontFamily: "'Segoe UI', 'Open Sans', 'Noto Sans', 'DejaVu Sans', sans-serif",
    fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 },
    fontWeights: { lighter: 200, default: 400, bolder: 600 },
    lineHeights: { small: 16, default: 20, medium: 20, large: 24, extraLarge: 32 },
    spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 12 },
    separator: { lineThickness: 1, lineColor: theme.line },
    actions: {
      maxActions: 6, spacing: "default", buttonSpacing: 8, actionsOrientation: "horizontal", actionAlignment: "left",
      showCard: { actionMode: "inline", inlineTopMargin: 12, style: "emphasis" },
    },
    inputs: { allowDynamicallyFilteredChoiceSet: true, label: { inputSpacing: "none", optionalInputs: { size: "small" } } },
    containerStyles,
  };
}

const styles = (theme) => `
  body { margin: 0; background: ${theme.page}; font: 14px/20px 'Segoe UI', 'Open Sans', 'Noto Sans', 'DejaVu Sans', sans-serif; }
  #card { margin: 16px; border-radius: 8px; border: 1px solid ${theme.line}; background: ${theme.card}; color: ${theme.text}; }
  .ac-container { border-radius: 4px; }
  .ac-pushButton { background: ${theme.card}; color: ${theme.text}; border: 1px solid ${theme.line}; border-radius: 4px;
    padding: 5px 12px; font: 600 14px/20px inherit; font-weight: 600; min-height: 32px; }
  .ac-pushButton.style-positive { background: ${theme.accent}; border-color: ${theme.accent}; color: #fff; }
  .ac-pushButton.style-destructive { color: ${theme.attention}; }
  .ac-input { box-sizing: border-box; width: 100%; padding: 5px 8px; border: 1px solid ${theme.line}; border-radius: 4px;
    background: ${theme.card}; color: ${theme.text}; font: inherit; min-height: 32px; }
  .ac-selectable { cursor: pointer; }
  .ac-choiceSetInput-filtered-dropdown { display: none; }
`;

const markdown = window.markdownit({ html: false, linkify: false });
AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = markdown.render(text);
  result.didProcess = true;
};

function draw(card, name) {
  let sheet = document.getElementById("theme");
  if (!sheet) document.head.append((sheet = Object.assign(document.createElement("style"), { id: "theme" })));
  sheet.textContent = styles(themes[name]);
  const adaptive = new AdaptiveCards.AdaptiveCard();
  adaptive.hostConfig = new AdaptiveCards.HostConfig(hostConfig(name));
  adaptive.parse(card);
  document.getElementById("card").replaceChildren(adaptive.render());
}
