// XML for the whole project (XML 1.0, the part that web APIs use): bounded parsing into a plain
// value tree, and writing one out. No DTD, no custom entities, no other encoding than UTF-8. The
// only folder that knows pugixml.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"

namespace bw::xml {

struct Attribute {
  std::string name;
  std::string value;
  bool operator==(const Attribute&) const = default;
};

/// One element, or, when `name` is empty, one piece of text between elements. A plain value.
struct Element {
  std::string name;
  std::vector<Attribute> attributes;
  /// Of a piece of text only; unescaped.
  std::string text;
  /// Elements and pieces of text in document order.
  std::vector<Element> children;

  bool is_text() const { return name.empty(); }
  bool operator==(const Element&) const = default;
};

/// A piece of text.
Element Text(std::string_view text);
/// <name>text</name>; <name/> when `text` is empty.
Element Leaf(std::string_view name, std::string_view text);
/// <name>…children…</name>
Element Branch(std::string_view name, std::vector<Element> children);

/// The direct text of `element`, its pieces joined; child elements do not contribute.
std::string TextOf(const Element& element);
/// TextOf the first child named `name`, or "".
std::string ChildText(const Element& element, std::string_view name);
/// The first child element of that name, or nullptr.
const Element* FindChild(const Element& element, std::string_view name);
Element* FindChild(Element& element, std::string_view name);
/// All child elements of that name; always a list, however many there are.
std::vector<const Element*> FindChildren(const Element& element, std::string_view name);
/// The element reached by following `path` ("ErrorList/Error/Code") over first children, or
/// nullptr.
const Element* FindPath(const Element& element, std::string_view path);
/// The first element named `name` in document order, at any depth, `element` included, or nullptr.
const Element* FindAnywhere(const Element& element, std::string_view name);
/// The value of attribute `name`, or nullptr.
const std::string* FindAttribute(const Element& element, std::string_view name);

struct ParseLimits {
  std::size_t max_bytes = 1u << 20;
  int max_depth = 32;
  /// Elements, pieces of text and attributes together.
  std::size_t max_nodes = 100'000;
  /// Keep pieces of text that are only white space (mixed content such as SSML).
  bool keep_blank_text = false;
};

/// Parses one document and returns its root. INVALID_ARGUMENT says what is wrong and at which byte,
/// or which limit was passed; the document's text is never quoted. Beyond what pugixml checks it
/// refuses a DTD, entities other than the five of XML and character references, characters XML
/// forbids, bytes that are not UTF-8, duplicate attributes, a second root and text outside the
/// root.
StatusOr<Element> Parse(std::string_view document, const ParseLimits& limits = {});

struct WriteOptions {
  /// Puts <?xml version="1.0" encoding="UTF-8"?> in front.
  bool declaration = true;
  /// Adds standalone="yes" to it, as Bandwidth's dashboard API does.
  bool standalone = false;
};

/// Serialises without added white space. Names are the caller's responsibility; text and attribute
/// values are escaped, and characters XML cannot hold become U+FFFD.
std::string Write(const Element& root, const WriteOptions& options = {});

/// Escapes & < > " ' and replaces what XML cannot hold (control characters, bytes that are not
/// UTF-8) by U+FFFD; fit for text and for attribute values in either quote.
std::string Escape(std::string_view text);

/// True when `text` is UTF-8 and every character is one that XML 1.0 allows.
bool IsXmlText(std::string_view text);

}  // namespace bw::xml
