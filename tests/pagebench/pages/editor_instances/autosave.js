const editors = new Set();

export const autosave = {
  register(editor) {
    editors.add(editor);
  },

  saveAll() {
    for (const editor of editors) editor.save();
  },
};

window.addEventListener('pagehide', () => autosave.saveAll());
