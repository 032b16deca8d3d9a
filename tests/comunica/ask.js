// Asks the questions that stand on standard input as a JSON list, one after the other, and prints the list of answers.
"use strict";

const { QueryEngine } = require("@comunica/query-sparql");

async function answer(engine, { query, mediaType, sources }) {
  // nothing is kept from the question before: each finds its sources anew
  await engine.invalidateHttpCache();
  const { data } = await engine.resultToString(await engine.query(query, { sources }), mediaType);
  const parts = [];
  for await (const part of data) {
    parts.push(Buffer.from(part));
  }
  return Buffer.concat(parts).toString("utf-8");
}

async function main() {
  const engine = new QueryEngine();
  const answers = [];
  for (const question of JSON.parse(require("node:fs").readFileSync(0, "utf-8"))) {
    answers.push(await answer(engine, question));
  }
  process.stdout.write(JSON.stringify(answers));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
