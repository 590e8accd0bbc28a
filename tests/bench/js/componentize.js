// componentize.js ADAPTER.js WIT OUT.wasm: makes a component of an adapter.

import { writeFile } from "node:fs/promises";
import { argv } from "node:process";

import { componentize } from "@bytecodealliance/componentize-js";

const [sourcePath, witPath, out] = argv.slice(2);
const { component } = await componentize({
  sourcePath,
  witPath,
  worldName: "adapter",
  // Adapters have neither network nor chance.
  disableFeatures: ["http", "fetch-event", "random"],
});
await writeFile(out, component);
