// New cells in the notebook around the browser, where the page offers commands for that.

/** Tell whether the page is a notebook's that takes commands from elements that are clicked. */
export function canMakeCells() {
  return document.body.hasAttribute("data-jp-theme-name");
}

/** Put code into a new cell below the browser's; false where the page does not do that. */
export async function makeCell(code, near) {
  const notebook = near.closest(".jp-Notebook");
  if (notebook === null) return false;
  const cellBefore = activeCell(notebook);
  runCommand("notebook:insert-cell-below", {}, near);
  const cell = await waitFor(() => (activeCell(notebook) === cellBefore ? null : activeCell(notebook)));
  if (cell === null) return false;
  runCommand("notebook:replace-selection", { text: code }, near);
  return true;
}

function activeCell(notebook) {
  return notebook.querySelector(".jp-Cell.jp-mod-active");
}

/** Click an element that stands for a command. */
function runCommand(command, parameters, near) {
  const link = document.createElement("span");
  link.hidden = true;
  link.dataset.commandlinkerCommand = command;
  link.dataset.commandlinkerArgs = JSON.stringify(parameters);
  near.append(link);
  link.click();
  link.remove();
}

async function waitFor(find) {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const found = find();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return null;
}
