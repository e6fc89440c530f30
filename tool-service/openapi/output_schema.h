// Which answers are described to clients (MCP outputSchema), and how results keep to it.
#pragma once

#include <cstddef>
#include <string>

#include "common/json/json.h"

namespace bw::tool_service {

/// Larger descriptions are not published: every client would read them with every list of tools.
constexpr std::size_t kMaxOutputSchemaBytes = 4'096;

struct OutputSchema {
  /// {} when none is published.
  json::Json schema = json::Json::object();
  /// Schemas translated on the way (SchemaTranslator::nodes).
  std::size_t nodes = 0;
};

/// What is published of the answer that `operation`, an operation of the document `root`, declares.
/// Clients refuse a result that does not fit, so a description has to be trustworthy:
///  - the operation is a GET: what changes things may also be answered in our own words (it was
///    declined, it happened before, nobody knows whether it happened);
///  - there is one successful answer, and it is JSON and nothing else;
///  - its schema is an object with members, whole, without a repair;
///  - the document's own examples of it, at least one, fit the schema and come out of the answer
///    reader as they went in: nothing is redacted, nothing is taken for an error;
///  - what remains is at most kMaxOutputSchemaBytes.
/// Published are types, members and descriptions. Nothing is required, and no value is forbidden: a
/// new value of an enumeration or a missing member is the API's affair, not a reason to refuse.
OutputSchema OutputSchemaOf(const json::Json& root, const std::string& method,
                            const json::Json& operation);

/// `value` without the members and entries that are of another type than `schema` says (null, most
/// often); {} for anything but an object. It always fits `schema`, which OutputSchemaOf made.
json::Json Conforming(const json::Json& schema, json::Json value);

/// An object of at most `max_bytes` as text: `value` with the ends of its longest lists left out;
/// {} where lists are not what makes it long. It fits every schema of OutputSchemaOf that `value`
/// fits.
json::Json Shortened(json::Json value, std::size_t max_bytes);

}  // namespace bw::tool_service
