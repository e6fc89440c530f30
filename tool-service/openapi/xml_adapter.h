// JSON to XML and back, driven by the `xml` metadata of OpenAPI schemas (3.1 §4.8.26, and x-order
// and x-text as specs/README.md defines them). Bandwidth's numbers API speaks XML; tools take and
// return JSON.
//
// What a schema does not declare keeps its form: an element becomes a member of its name, several
// of one name an array, an attribute the member "@name", text beside elements the member "#text".
#pragma once

#include <string>
#include <string_view>

#include "common/json/json.h"
#include "common/status/status.h"
#include "common/xml/xml.h"

namespace bw::tool_service {

/// Nesting of elements that are written.
constexpr int kMaxXmlDepth = 32;

/// `value` as the root element that `xml_schema` (see XmlSchemaOf) names; "root" when it names
/// none. Members stand in the order of x-order, then by name. Null makes an empty element.
/// INVALID_ARGUMENT names the member that cannot be written (a name or a text that XML cannot hold,
/// a list in a list, too deep) and never quotes its value.
StatusOr<xml::Element> XmlFromJson(const json::Json& value, const json::Json& xml_schema);

/// What `root` holds, without its own name; always an object. Declared lists are arrays, also with
/// one entry or none, and so are the entries of parents that are known to be lists (Sites/Site,
/// TelephoneNumberList/TelephoneNumber, …). A text is of the first declared type that it fits, else
/// a string: leading zeros are never lost. An empty element is "", or [] or {} where declared so,
/// or null where a number or a boolean is declared.
json::Json JsonFromXml(const xml::Element& root, const json::Json& xml_schema);

}  // namespace bw::tool_service
