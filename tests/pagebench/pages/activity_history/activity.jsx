import { createContext, useContext, useReducer } from 'react';

const ActivityContext = createContext(null);

class Activity {
  constructor(action, at) {
    this.action = action;
    this.at = at;
    this.details = { tool: action.split(' ')[0], text: `${action} at ${at}` };
  }
}

function reduce(state, action) {
  return { history: [...state.history, new Activity(action, Date.now())], latest: action };
}

export function ActivityProvider({ children }) {
  const [state, record] = useReducer(reduce, { history: [], latest: '' });
  return <ActivityContext.Provider value={{ ...state, record }}>{children}</ActivityContext.Provider>;
}

export const useActivity = () => useContext(ActivityContext);
