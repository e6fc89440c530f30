// The part of an OpenAPI schema that says how a value is written as XML: resolved, merged and cut
// down to what the XML adapter reads.
#pragma once

#include <cstddef>

#include "common/json/json.h"

namespace bw::tool_service {

/// Nesting and size beyond which a schema says nothing: what lies below is read and written as it
/// comes.
constexpr int kMaxXmlSchemaDepth = 20;
constexpr std::size_t kMaxXmlSchemaNodes = 2'000;

/// `schema` of the document `root` with only the keywords `type`, `properties`, `items` and `xml`
/// left: references followed (a circle ends in {}), the parts of allOf, anyOf and oneOf poured
/// together, for they describe the same element. A property that is plain text and carries no
/// `xml` is left out, as the adapter treats unknown elements so. {} when nothing is said.
json::Json XmlSchemaOf(const json::Json& root, const json::Json& schema);

/// True when `schema` (not yet resolved) describes an object and names its root element: only then
/// can a body be written from arguments.
bool NamesXmlRoot(const json::Json& root, const json::Json& schema);

}  // namespace bw::tool_service
