// Reads cards (a JSON list) from standard input, and writes for each the complaints of Microsoft's renderer.
const path = require("path");
const AdaptiveCards = require(path.join(process.argv[2], "adaptivecards", "dist", "adaptivecards.js"));

function complain(json) {
  const context = new AdaptiveCards.SerializationContext();
  const card = new AdaptiveCards.AdaptiveCard();
  card.hostConfig = new AdaptiveCards.HostConfig({ actions: { maxActions: 6 } });
  card.parse(json, context);
  const found = [];
  for (let index = 0; index < context.eventCount; index++) found.push(context.getEventAt(index).message);
  for (const failure of card.validateProperties().validationEvents) found.push(failure.message);
  const inputs = card.getAllInputs().map((input) => input.id);
  for (const id of inputs) if (inputs.indexOf(id) !== inputs.lastIndexOf(id)) found.push(`two inputs called ${id}`);
  return found;
}

const cards = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(cards.map(complain)));
