import { send } from './shell';

type Call = { method: string; resolve: (result: any) => void };

class Bridge {
  private readonly calls = new Map<number, Call>();
  private lastId = 0;

  call(method: string, argument = ''): Promise<any> {
    const id = ++this.lastId;
    const { promise, resolve } = Promise.withResolvers<any>();
    this.calls.set(id, { method, resolve });
    send({ id, method, argument }, this.answer);
    return promise;
  }

  private readonly answer = (id: number, result: unknown): void => {
    this.calls.get(id)?.resolve(result);
    this.calls.delete(id);
  };
}

export const bridge = new Bridge();
