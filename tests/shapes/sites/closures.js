class Draft { constructor(i) { this.text = `draft ${i}`; } }
const undos = [];
function undoable(draft) { return () => { draft.text = ''; }; }
function unit(i) { undos.push(undoable(new Draft(i))); }
