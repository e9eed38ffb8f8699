// The tour with the JavaScript SDK v3: the document client with native values, the plain client for tables.

import { readFileSync } from "node:fs";
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  paginateScan,
  PutCommand,
  QueryCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";

// What is to be sent comes on standard input, in the wire's form.
const { name, definition, probe, batch, index } = JSON.parse(readFileSync(0, "utf8"));
const seen = { retries: 0, warnings: [] };

const warn = (...words) => seen.warnings.push(words.map(String).join(" "));
const silent = () => {};
const client = new DynamoDBClient({
  // Errors are thrown too, so only warnings need to be heard.
  logger: { trace: silent, debug: silent, info: silent, warn, error: silent },
});
client.middlewareStack.add(
  (next) => async (args) => {
    try {
      const result = await next(args);
      seen.retries += result.output.$metadata.attempts - 1;
      return result;
    } catch (error) {
      seen.retries += error.$metadata.attempts - 1;
      throw error;
    }
  },
  { step: "initialize", priority: "high" },
);
const documents = DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers: true } });

const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64"));
// The wire's binaries are base64, the SDK's are bytes.
const decoded = (item) =>
  Object.fromEntries(
    Object.entries(item).map(([attribute, value]) => {
      if (value.B) return [attribute, { B: bytes(value.B) }];
      return [attribute, value.BS ? { BS: value.BS.map(bytes) } : value];
    }),
  );
const native = (item) => unmarshall(decoded(item), { wrapNumbers: true });
const failure = async (call) => {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("the call must fail");
};
const errorOf = (error) => [error.name, error.message];
const sortKeys = (page) => page.Items.map((item) => Number(item.sk.value));

const probeKey = { pk: "probe", sk: 1 };
const counterKey = { pk: "counter", sk: 2 };

async function table() {
  await client.send(new CreateTableCommand({ TableName: name, ...definition }));
  // The least delay is the one between two looks, and other SDKs' waiters take twenty seconds for it too.
  await waitUntilTableExists({ client, minDelay: 20, maxWaitTime: 60 }, { TableName: name });
  const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
  const indexes = Table.GlobalSecondaryIndexes.map((each) => [each.IndexName, each.IndexStatus]);
  seen.table = { status: Table.TableStatus, indexes: Object.fromEntries(indexes) };
}

async function items() {
  await documents.send(new PutCommand({ TableName: name, Item: native(probe) }));
  const got = await documents.send(new GetCommand({ TableName: name, Key: probeKey, ConsistentRead: true }));
  seen.item = marshall(got.Item);
  const refused = await failure(
    documents.send(
      new PutCommand({
        TableName: name,
        Item: probeKey,
        ConditionExpression: "attribute_not_exists(pk)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    ),
  );
  seen.refused = errorOf(refused);
  seen.refused_item = refused.Item;
  const updated = await documents.send(
    new UpdateCommand({
      TableName: name,
      Key: counterKey,
      UpdateExpression: "SET #count = if_not_exists(#count, :zero) + :one ADD words :words",
      ExpressionAttributeNames: { "#count": "count" },
      ExpressionAttributeValues: { ":zero": 0, ":one": 1, ":words": new Set(["new"]) },
      ReturnValues: "UPDATED_NEW",
    }),
  );
  seen.updated = marshall(updated.Attributes);
}

async function batches() {
  const writes = batch.map((item) => ({ PutRequest: { Item: native(item) } }));
  const written = await documents.send(new BatchWriteCommand({ RequestItems: { [name]: writes } }));
  seen.unprocessed = written.UnprocessedItems;
  const Keys = [0, 1, 99].map((sk) => ({ pk: "batch", sk }));
  const got = await documents.send(new BatchGetCommand({ RequestItems: { [name]: { Keys } } }));
  if (Object.keys(got.UnprocessedKeys).length) throw new Error("every key must be processed");
  seen.batch = got.Responses[name].sort((a, b) => a.sk.value - b.sk.value).map((item) => marshall(item));
}

async function reads() {
  seen.pages = [];
  let ExclusiveStartKey;
  do {
    const page = await documents.send(
      new QueryCommand({
        TableName: name,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": "batch" },
        ScanIndexForward: false,
        Limit: 5,
        ExclusiveStartKey,
      }),
    );
    seen.pages.push(sortKeys(page));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  const onIndex = {
    TableName: name,
    IndexName: index,
    KeyConditionExpression: "colour = :colour AND sk >= :least",
    ExpressionAttributeValues: { ":colour": "red", ":least": 4 },
  };
  seen.index_pages = [];
  for await (const page of paginateQuery({ client: documents, pageSize: 3 }, onIndex)) {
    seen.index_pages.push(sortKeys(page));
  }
  const scan = {
    TableName: name,
    FilterExpression: "colour = :colour AND sk < :end",
    ExpressionAttributeValues: { ":colour": "red", ":end": 3 },
  };
  seen.scanned = { items: [], scanned: 0 };
  for await (const page of paginateScan({ client: documents, pageSize: 5 }, scan)) {
    seen.scanned.items.push(...page.Items.map((item) => [item.pk, Number(item.sk.value)]));
    seen.scanned.scanned += page.ScannedCount;
  }
  seen.scanned.items.sort();
}

async function transactions() {
  const put = { Put: { TableName: name, Item: { pk: "third", sk: 3 } } };
  const check = {
    TableName: name,
    Key: { pk: "batch", sk: 0 },
    ConditionExpression: "attribute_not_exists(pk)",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  };
  const canceled = await failure(
    documents.send(new TransactWriteCommand({ TransactItems: [put, { ConditionCheck: check }] })),
  );
  seen.canceled = errorOf(canceled);
  seen.reasons = canceled.CancellationReasons;
  const names = { ExpressionAttributeNames: { "#count": "count" } };
  const update = {
    TableName: name,
    Key: counterKey,
    UpdateExpression: "SET #count = #count + :one",
    ExpressionAttributeValues: { ":one": 1 },
    ...names,
  };
  const last = { pk: "batch", sk: 11 };
  await documents.send(
    new TransactWriteCommand({
      TransactItems: [put, { Update: update }, { Delete: { TableName: name, Key: last } }],
    }),
  );
  const gets = [{ Key: { pk: "third", sk: 3 } }, { Key: counterKey, ProjectionExpression: "#count", ...names }, { Key: last }];
  const answer = await documents.send(
    new TransactGetCommand({ TransactItems: gets.map((get) => ({ Get: { TableName: name, ...get } })) }),
  );
  seen.transaction = answer.Responses.map((each) => (each.Item ? marshall(each.Item) : null));
}

async function end() {
  const deleted = await documents.send(new DeleteCommand({ TableName: name, Key: probeKey, ReturnValues: "ALL_OLD" }));
  seen.deleted = marshall(deleted.Attributes);
  await client.send(new DeleteTableCommand({ TableName: name }));
  await waitUntilTableNotExists({ client, minDelay: 20, maxWaitTime: 60 }, { TableName: name });
  seen.gone = errorOf(await failure(client.send(new DescribeTableCommand({ TableName: name }))));
}

await table();
await Promise.all([items(), batches()]);
await reads();
await transactions();
await end();
console.log(JSON.stringify(seen, (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value)));
