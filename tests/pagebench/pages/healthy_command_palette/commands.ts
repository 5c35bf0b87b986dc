export interface Command {
  label: string;
  run(): void;
}

const commands = new Set<Command>();

export function register(command: Command): () => void {
  commands.add(command);
  return () => void commands.delete(command);
}
