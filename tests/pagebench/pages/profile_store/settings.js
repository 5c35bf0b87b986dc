import { create } from 'zustand';

export const settings = create((set) => ({
  language: 'en',
  setLanguage: (language) => set({ language }),
}));
