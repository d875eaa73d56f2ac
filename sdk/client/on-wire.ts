type AsIs = string | number | boolean | bigint | symbol | null | undefined | ArrayBuffer | ArrayBufferView | Blob;

/** What is left of a value once it has travelled: JSON makes a text of a date, and a stream comes piece by piece. */
export type OnWire<Value> = Value extends AsIs
  ? Value
  : Value extends Response
    ? // What a handler answers with by its own hand, no type tells.
      unknown
    : Value extends Date
      ? string
      : Value extends Streaming<infer Piece>
        ? AsyncGenerator<PieceOnWire<Piece>, void, void>
        : Value extends object
          ? { [Key in keyof Value]: OnWire<Value[Key]> }
          : Value;

type Streaming<Piece> =
  | Generator<Piece, unknown, never>
  | AsyncGenerator<Piece, unknown, never>
  | Generator<Piece, unknown, unknown>
  | AsyncGenerator<Piece, unknown, unknown>
  | ReadableStream<Piece>;

/** The id of a server-sent event is a text, whatever it was before. */
type PieceOnWire<Piece> = Piece extends AsIs
  ? Piece
  : Piece extends object
    ? { [Key in keyof Piece]: Key extends "id" ? string : OnWire<Piece[Key]> }
    : Piece;
