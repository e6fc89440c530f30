#include "common/xml/xml.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include <pugixml.hpp>

namespace bw::xml {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct Entity {
  std::string_view name;
  char character;
};
constexpr std::array<Entity, 5> kEntities = {
    {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};

// XML 1.0 §2.2
bool IsXmlCharacter(std::uint32_t c) {
  if (c < 0x20) return c == 0x9 || c == 0xA || c == 0xD;
  return c <= 0xD7FF || (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

struct Decoded {
  std::uint32_t character = 0;
  std::size_t length = 0;  // 0: not UTF-8 here
};

// The character that starts at `text[at]`; overlong forms and surrogates are not UTF-8.
Decoded DecodeUtf8(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[at + i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() - at < length) return {};
  std::uint32_t c = first & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    c = (c << 6) | (byte(i) & 0x3Fu);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  if (c < kSmallest[length] || (c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF) return {};
  return {c, length};
}

void AppendUtf8(std::uint32_t c, std::string& out) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

// The offset of the first byte that XML cannot hold, or npos.
std::size_t FindForbidden(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const Decoded decoded = DecodeUtf8(text, i);
    if (decoded.length == 0 || !IsXmlCharacter(decoded.character)) return i;
    i += decoded.length;
  }
  return std::string_view::npos;
}

// "#65" or "#x41" to the character, if XML allows it.
std::optional<std::uint32_t> CharacterReference(std::string_view body) {
  body.remove_prefix(1);
  const bool hex = !body.empty() && body.front() == 'x';
  if (hex) body.remove_prefix(1);
  if (body.empty() || body.size() > 8) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : body) {
    const bool digit = c >= '0' && c <= '9';
    const char lower = static_cast<char>(c | 0x20);
    if (!digit && !(hex && lower >= 'a' && lower <= 'f')) return std::nullopt;
    value =
        value * (hex ? 16 : 10) + static_cast<std::uint64_t>(digit ? c - '0' : lower - 'a' + 10);
  }
  if (value > 0x10FFFF || !IsXmlCharacter(static_cast<std::uint32_t>(value))) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

StatusOr<std::string> Unescape(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size();) {
    if (raw[i] != '&') {
      out += raw[i++];
      continue;
    }
    const std::size_t end = raw.find(';', i);
    if (end == std::string_view::npos) {
      return InvalidArgument("the XML holds a bare '&'; write &amp;");
    }
    const std::string_view body = raw.substr(i + 1, end - i - 1);
    i = end + 1;
    if (!body.empty() && body.front() == '#') {
      const auto character = CharacterReference(body);
      if (!character) return InvalidArgument("the XML holds a malformed character reference");
      AppendUtf8(*character, out);
      continue;
    }
    const auto* entity = std::find_if(kEntities.begin(), kEntities.end(),
                                      [&](const Entity& e) { return e.name == body; });
    if (entity == kEntities.end()) {
      return InvalidArgument(
          "the XML holds an unknown entity or a bare '&'; "
          "only &amp; &lt; &gt; &quot; &apos; and character references are allowed");
    }
    out += entity->character;
  }
  return out;
}

bool IsName(std::string_view name) {
  const auto starts = [](unsigned char c) {
    return c >= 0x80 || c == '_' || c == ':' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  if (name.empty() || !starts(static_cast<unsigned char>(name.front()))) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return starts(static_cast<unsigned char>(c)) || c == '-' || c == '.' || (c >= '0' && c <= '9');
  });
}

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// Copies pugixml's tree into values, checking what pugixml lets pass.
class Converter {
 public:
  explicit Converter(const ParseLimits& limits) : limits_(limits) {}

  StatusOr<Element> Convert(const pugi::xml_node& node, int depth) {
    if (depth > limits_.max_depth) {
      return InvalidArgument("the XML nests deeper than " + std::to_string(limits_.max_depth) +
                             " levels");
    }
    Element element;
    element.name = node.name();
    if (!IsName(element.name)) return InvalidArgument("the XML holds a malformed element name");
    BW_RETURN_IF_ERROR(Count());
    BW_RETURN_IF_ERROR(ConvertAttributes(node, element));
    for (const pugi::xml_node& child : node.children()) {
      BW_RETURN_IF_ERROR(ConvertChild(child, depth, element));
    }
    return element;
  }

 private:
  Status Count() {
    if (++nodes_ <= limits_.max_nodes) return OkStatus();
    return InvalidArgument("the XML has more than " + std::to_string(limits_.max_nodes) +
                           " elements, attributes and texts");
  }

  Status ConvertAttributes(const pugi::xml_node& node, Element& element) {
    for (const pugi::xml_attribute& attribute : node.attributes()) {
      BW_RETURN_IF_ERROR(Count());
      if (!IsName(attribute.name())) {
        return InvalidArgument("element " + element.name + " has a malformed attribute name");
      }
      if (FindAttribute(element, attribute.name()) != nullptr) {
        return InvalidArgument("element " + element.name + " has attribute " + attribute.name() +
                               " twice");
      }
      if (std::strchr(attribute.value(), '<') != nullptr) {
        return InvalidArgument("attribute " + std::string(attribute.name()) + " of element " +
                               element.name + " holds a '<'; write &lt;");
      }
      BW_ASSIGN_OR_RETURN(std::string value, Unescape(attribute.value()));
      element.attributes.push_back({attribute.name(), std::move(value)});
      if (element.attributes.size() > kMaxAttributes) {
        return InvalidArgument("element " + element.name + " has more than " +
                               std::to_string(kMaxAttributes) + " attributes");
      }
    }
    return OkStatus();
  }

  Status ConvertChild(const pugi::xml_node& child, int depth, Element& parent) {
    if (child.type() == pugi::node_element) {
      BW_ASSIGN_OR_RETURN(Element converted, Convert(child, depth + 1));
      parent.children.push_back(std::move(converted));
      return OkStatus();
    }
    std::string text;
    if (child.type() == pugi::node_cdata) {
      text = child.value();
    } else if (child.type() == pugi::node_pcdata) {
      BW_ASSIGN_OR_RETURN(text, Unescape(child.value()));
    } else {
      return OkStatus();  // comments and processing instructions carry nothing
    }
    if (text.empty() || (IsBlank(text) && !limits_.keep_blank_text)) return OkStatus();
    BW_RETURN_IF_ERROR(Count());
    parent.children.push_back(Text(text));
    return OkStatus();
  }

  // Bounds the search for duplicates, which is quadratic.
  static constexpr std::size_t kMaxAttributes = 64;

  const ParseLimits& limits_;
  std::size_t nodes_ = 0;
};

Status CheckDeclaration(const pugi::xml_node& declaration) {
  std::string encoding = declaration.attribute("encoding").value();
  std::transform(encoding.begin(), encoding.end(), encoding.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (encoding.empty() || encoding == "utf-8" || encoding == "us-ascii") return OkStatus();
  return InvalidArgument("the XML declares an encoding other than UTF-8");
}

// The root element of `document`, after checking what stands beside it.
StatusOr<pugi::xml_node> FindRoot(const pugi::xml_document& document) {
  pugi::xml_node root;
  bool first = true;
  for (const pugi::xml_node& node : document.children()) {
    switch (node.type()) {
      case pugi::node_element:
        if (root) return InvalidArgument("the XML has more than one root element");
        root = node;
        break;
      case pugi::node_declaration:
        if (!first) return InvalidArgument("the XML declaration must stand first");
        BW_RETURN_IF_ERROR(CheckDeclaration(node));
        break;
      case pugi::node_doctype:
        return InvalidArgument("the XML has a DTD; none is allowed");
      case pugi::node_pcdata:
      case pugi::node_cdata:
        if (!IsBlank(node.value())) {
          return InvalidArgument("the XML has text outside its root element");
        }
        break;
      default:
        break;
    }
    first = false;
  }
  if (!root) return InvalidArgument("the text has no XML element");
  return root;
}

// A line end or tab in an attribute, and a carriage return anywhere, would come back as something
// else from a conforming parser (XML 1.0 §2.11, §3.3.3) and is therefore written as a reference.
std::string_view EscapeOf(char c, bool attribute) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&apos;";
    case '\r':
      return "&#13;";
    case '\n':
      return attribute ? "&#10;" : "";
    case '\t':
      return attribute ? "&#9;" : "";
    default:
      return "";
  }
}

void EscapeInto(std::string_view text, bool attribute, std::string& out) {
  for (std::size_t i = 0; i < text.size();) {
    const Decoded decoded = DecodeUtf8(text, i);
    if (decoded.length == 0 || !IsXmlCharacter(decoded.character)) {
      out += kReplacement;
      i += std::max<std::size_t>(decoded.length, 1);
      continue;
    }
    const std::string_view escape = EscapeOf(text[i], attribute);
    out += escape.empty() ? text.substr(i, decoded.length) : escape;
    i += decoded.length;
  }
}

void WriteElement(const Element& element, std::string& out) {
  if (element.is_text()) {
    EscapeInto(element.text, /*attribute=*/false, out);
    return;
  }
  out += '<';
  out += element.name;
  for (const Attribute& attribute : element.attributes) {
    out += ' ';
    out += attribute.name;
    out += "=\"";
    EscapeInto(attribute.value, /*attribute=*/true, out);
    out += '"';
  }
  if (element.children.empty()) {
    out += "/>";
    return;
  }
  out += '>';
  for (const Element& child : element.children) WriteElement(child, out);
  out += "</";
  out += element.name;
  out += '>';
}

}  // namespace

Element Text(std::string_view text) {
  Element element;
  element.text = text;
  return element;
}

Element Leaf(std::string_view name, std::string_view text) {
  Element element;
  element.name = name;
  if (!text.empty()) element.children.push_back(Text(text));
  return element;
}

Element Branch(std::string_view name, std::vector<Element> children) {
  Element element;
  element.name = name;
  element.children = std::move(children);
  return element;
}

std::string TextOf(const Element& element) {
  if (element.is_text()) return element.text;
  std::string text;
  for (const Element& child : element.children) text += child.text;
  return text;
}

std::string ChildText(const Element& element, std::string_view name) {
  const Element* child = FindChild(element, name);
  return child == nullptr ? std::string() : TextOf(*child);
}

const Element* FindChild(const Element& element, std::string_view name) {
  const auto found = std::find_if(element.children.begin(), element.children.end(),
                                  [&](const Element& child) { return child.name == name; });
  return found == element.children.end() ? nullptr : &*found;
}

Element* FindChild(Element& element, std::string_view name) {
  return const_cast<Element*>(FindChild(std::as_const(element), name));
}

std::vector<const Element*> FindChildren(const Element& element, std::string_view name) {
  std::vector<const Element*> found;
  for (const Element& child : element.children) {
    if (child.name == name) found.push_back(&child);
  }
  return found;
}

const Element* FindPath(const Element& element, std::string_view path) {
  const Element* at = &element;
  while (at != nullptr && !path.empty()) {
    const std::size_t slash = path.find('/');
    at = FindChild(*at, path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return at;
}

const Element* FindAnywhere(const Element& element, std::string_view name) {
  if (element.name == name) return &element;
  for (const Element& child : element.children) {
    if (const Element* found = child.is_text() ? nullptr : FindAnywhere(child, name)) return found;
  }
  return nullptr;
}

const std::string* FindAttribute(const Element& element, std::string_view name) {
  for (const Attribute& attribute : element.attributes) {
    if (attribute.name == name) return &attribute.value;
  }
  return nullptr;
}

StatusOr<Element> Parse(std::string_view document, const ParseLimits& limits) {
  if (document.size() > limits.max_bytes) {
    return InvalidArgument("the XML has " + std::to_string(document.size()) + " bytes; at most " +
                           std::to_string(limits.max_bytes) + " are allowed");
  }
  if (const std::size_t at = FindForbidden(document); at != std::string_view::npos) {
    return InvalidArgument(
        "the XML holds a byte that is not UTF-8 or not allowed in XML, at byte " +
        std::to_string(at));
  }
  // Escapes stay as they are, so that Unescape can refuse what pugixml would pass on; fragments are
  // let in, so that FindRoot sees what stands beside the root.
  constexpr unsigned kFlags = pugi::parse_cdata | pugi::parse_doctype | pugi::parse_declaration |
                              pugi::parse_pi | pugi::parse_comments | pugi::parse_eol |
                              pugi::parse_wconv_attribute | pugi::parse_ws_pcdata |
                              pugi::parse_fragment;
  pugi::xml_document parsed;
  const pugi::xml_parse_result result =
      parsed.load_buffer(document.data(), document.size(), kFlags, pugi::encoding_utf8);
  if (!result) {
    return InvalidArgument("the text is not well-formed XML: " + std::string(result.description()) +
                           " at byte " + std::to_string(result.offset));
  }
  BW_ASSIGN_OR_RETURN(const pugi::xml_node root, FindRoot(parsed));
  return Converter(limits).Convert(root, 1);
}

std::string Write(const Element& root, const WriteOptions& options) {
  std::string out;
  if (options.declaration) {
    out += options.standalone ? R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>)"
                              : R"(<?xml version="1.0" encoding="UTF-8"?>)";
  }
  WriteElement(root, out);
  return out;
}

std::string Escape(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  EscapeInto(text, /*attribute=*/false, out);
  return out;
}

bool IsXmlText(std::string_view text) { return FindForbidden(text) == std::string_view::npos; }

}  // namespace bw::xml
