#include "tool-service/openapi/xml_adapter.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace bw::tool_service {
namespace {

using json::Json;

constexpr std::string_view kTextMember = "#text";
// More digits may not fit what reads the JSON.
constexpr std::size_t kMaxIntegerDigits = 15;

const Json& Nothing() {
  static const Json kNothing = Json::object();
  return kNothing;
}

const Json& Member(const Json& schema, std::string_view keyword) {
  const Json* member = json::FindObject(schema, keyword);
  return member == nullptr ? Nothing() : *member;
}

bool XmlFlag(const Json& schema, std::string_view flag) {
  return json::GetBool(Member(schema, "xml"), flag).value_or(false);
}

std::string XmlName(const Json& schema, const std::string& otherwise) {
  return json::StringOr(Member(schema, "xml"), "name", otherwise);
}

bool HasType(const Json& schema, std::string_view type) {
  const Json* declared = json::Find(schema, "type");
  if (declared == nullptr) return false;
  if (declared->is_array()) {
    return std::find(declared->begin(), declared->end(), type) != declared->end();
  }
  return *declared == type;
}

// How a property is found in its element.
enum class Form { kElement, kAttribute, kText, kWrappedList, kPlainList };

Form FormOf(const Json& schema) {
  if (HasType(schema, "array")) {
    return XmlFlag(schema, "wrapped") ? Form::kWrappedList : Form::kPlainList;
  }
  if (XmlFlag(schema, "attribute")) return Form::kAttribute;
  return XmlFlag(schema, "x-text") ? Form::kText : Form::kElement;
}

// The name of the element (or attribute) that stands for a property in its parent.
std::string WireName(const std::string& property, const Json& schema) {
  return FormOf(schema) == Form::kPlainList ? XmlName(Member(schema, "items"), property)
                                            : XmlName(schema, property);
}

bool IsElementName(std::string_view name) {
  const auto is_letter = [](unsigned char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c >= 0x80;
  };
  if (name.empty() || !is_letter(static_cast<unsigned char>(name[0]))) return false;
  return xml::IsXmlText(name) && std::all_of(name.begin(), name.end(), [&](unsigned char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

std::optional<std::string> ScalarText(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_structured()) return std::nullopt;
  return json::Dump(value);
}

class Writer {
 public:
  StatusOr<xml::Element> WriteRoot(const Json& value, const Json& schema) {
    xml::Element root;
    root.name = XmlName(schema, "root");
    BW_RETURN_IF_ERROR(Fill(value, schema, 0, root));
    return root;
  }

 private:
  Status Refuse(std::string_view why) const {
    return InvalidArgument((where_.empty() ? "the body" : where_) + ": " + std::string(why));
  }

  Status CheckText(const std::string& text) const {
    return xml::IsXmlText(text) ? OkStatus() : Refuse("holds characters that XML cannot hold");
  }

  // The content of `element`: text, or one child per member.
  Status Fill(const Json& value, const Json& schema, int depth, xml::Element& element) {
    if (!IsElementName(element.name)) return Refuse("is not a name that XML can hold");
    if (depth > kMaxXmlDepth) return Refuse("is nested too deep");
    if (value.is_array()) return Refuse("must not be a list within a list");
    if (const auto text = ScalarText(value)) {
      BW_RETURN_IF_ERROR(CheckText(*text));
      if (!text->empty()) element.children.push_back(xml::Text(*text));
      return OkStatus();
    }
    for (const std::string& name : OrderOf(value, schema)) {
      const std::size_t outer = where_.size();
      where_ += where_.empty() ? name : "." + name;
      const Json* declared = json::Find(Member(schema, "properties"), name);
      BW_RETURN_IF_ERROR(
          Add(name, value[name], declared == nullptr ? Nothing() : *declared, depth, element));
      where_.resize(outer);
    }
    return OkStatus();
  }

  // The names of the members that are there.
  static std::vector<std::string> OrderOf(const Json& value, const Json& schema) {
    std::vector<std::string> names;
    std::set<std::string> seen;
    const auto take = [&](const std::string& name) {
      if (value.contains(name) && seen.insert(name).second) names.push_back(name);
    };
    if (const Json* order = json::FindArray(Member(schema, "xml"), "x-order")) {
      for (const Json& name : *order) {
        if (name.is_string()) take(name.get_ref<const std::string&>());
      }
    }
    for (const auto& [name, member] : value.items()) take(name);
    return names;
  }

  Status Add(const std::string& name, const Json& value, const Json& schema, int depth,
             xml::Element& element) {
    Form form = name == kTextMember     ? Form::kText
                : name.starts_with("@") ? Form::kAttribute
                                        : FormOf(schema);
    if (form == Form::kElement && value.is_array()) form = Form::kPlainList;
    switch (form) {
      case Form::kText:
        return AddText(value, element);
      case Form::kAttribute:
        return AddAttribute(name.starts_with("@") ? name.substr(1) : XmlName(schema, name), value,
                            element);
      case Form::kWrappedList: {
        xml::Element wrapper;
        wrapper.name = XmlName(schema, name);
        if (!IsElementName(wrapper.name)) return Refuse("is not a name that XML can hold");
        const Json& items = Member(schema, "items");
        BW_RETURN_IF_ERROR(AddEntries(XmlName(items, name), value, items, depth + 1, wrapper));
        element.children.push_back(std::move(wrapper));
        return OkStatus();
      }
      case Form::kPlainList:
        return AddEntries(WireName(name, schema), value,
                          HasType(schema, "array") ? Member(schema, "items") : schema, depth,
                          element);
      case Form::kElement:
        return AddEntries(XmlName(schema, name), Json::array({value}), schema, depth, element);
    }
    return OkStatus();
  }

  Status AddText(const Json& value, xml::Element& element) {
    const auto text = ScalarText(value);
    if (!text) return Refuse("must be text");
    BW_RETURN_IF_ERROR(CheckText(*text));
    if (!text->empty()) element.children.push_back(xml::Text(*text));
    return OkStatus();
  }

  Status AddAttribute(const std::string& name, const Json& value, xml::Element& element) {
    auto text = ScalarText(value);
    if (!text) return Refuse("must be text");
    BW_RETURN_IF_ERROR(CheckText(*text));
    // An element cannot have an attribute twice, be it given as declared or as "@name".
    if (!IsElementName(name) || xml::FindAttribute(element, name) != nullptr) {
      return Refuse("is not a name that XML can hold here");
    }
    element.attributes.push_back({name, *std::move(text)});
    return OkStatus();
  }

  // A lone value is a list of one.
  Status AddEntries(const std::string& name, const Json& value, const Json& schema, int depth,
                    xml::Element& parent) {
    if (!value.is_array()) return AddEntries(name, Json::array({value}), schema, depth, parent);
    for (const Json& entry : value) {
      xml::Element element;
      element.name = name;
      BW_RETURN_IF_ERROR(Fill(entry, schema, depth + 1, element));
      parent.children.push_back(std::move(element));
    }
    return OkStatus();
  }

  /// The path of the member being written, for errors.
  std::string where_;
};

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

std::string_view Trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::optional<Json> AsBoolean(std::string_view text) {
  if (text == "true" || text == "false") return text == "true";
  return std::nullopt;
}

// As JSON writes numbers: "007", "+1" and "" are none.
std::optional<Json> AsNumber(std::string_view text) {
  const std::size_t digits = text.size() - (text.starts_with('-') ? 1 : 0);
  const auto number = json::Parse(text);
  if (digits > kMaxIntegerDigits || !number.ok() || !number->is_number()) return std::nullopt;
  return *number;
}

std::optional<Json> AsInteger(std::string_view text) {
  std::optional<Json> number = AsNumber(text);
  return number && number->is_number_integer() && text != "-0" ? number : std::nullopt;
}

struct TypeRow {
  std::string_view type;
  std::optional<Json> (*read)(std::string_view text);
};
constexpr std::array kTypes = {TypeRow{"boolean", AsBoolean}, TypeRow{"integer", AsInteger},
                               TypeRow{"number", AsNumber}};

const TypeRow* RowOf(const Json& type) {
  const auto* row = std::find_if(kTypes.begin(), kTypes.end(),
                                 [&](const TypeRow& entry) { return type == entry.type; });
  return row == kTypes.end() ? nullptr : row;
}

Json ReadText(const std::string& text, const Json& schema) {
  const Json* declared = json::Find(schema, "type");
  if (declared == nullptr) return text;
  const Json types = declared->is_array() ? *declared : Json::array({*declared});
  const std::string_view trimmed = Trimmed(text);
  bool only_typed = !types.empty();
  for (const Json& type : types) {
    const TypeRow* row = RowOf(type);
    only_typed = only_typed && (row != nullptr || type == "null");
    if (row == nullptr) continue;
    if (auto value = row->read(trimmed)) return *std::move(value);
  }
  return only_typed && trimmed.empty() ? Json(nullptr) : Json(text);
}

// Parents whose entries are lists although their names do not say so. (bandwidth.md §6.1)
struct ListRow {
  std::string_view parent;
  std::string_view entry;
};
constexpr std::array kKnownLists = {ListRow{"CompletedNumbers", "TelephoneNumber"},
                                    ListRow{"FailedNumbers", "FullNumber"},
                                    ListRow{"ListOfPhoneNumbers", "PhoneNumber"},
                                    ListRow{"Phonenumbers", "TelephoneNumber"},
                                    ListRow{"Phonenumbers", "Phonenumber"},
                                    ListRow{"PhoneNumbers", "TelephoneNumber"},
                                    ListRow{"TelephoneNumberDetailList", "TelephoneNumberDetail"}};

// Sites/Site, ApplicationList/Application, and the table.
bool IsKnownList(std::string_view parent, std::string_view entry) {
  if (parent.starts_with(entry)) {
    const std::string_view ending = parent.substr(entry.size());
    if (ending == "s" || ending == "List") return true;
  }
  return std::any_of(kKnownLists.begin(), kKnownLists.end(), [&](const ListRow& row) {
    return row.parent == parent && row.entry == entry;
  });
}

// Without a namespace's prefix.
std::string LocalName(std::string_view name) {
  const auto colon = name.rfind(':');
  return std::string(colon == std::string_view::npos ? name : name.substr(colon + 1));
}

bool IsNamespaceMatter(std::string_view attribute) {
  return attribute == "xmlns" || attribute.find(':') != std::string_view::npos;
}

bool HasChildElements(const xml::Element& element) {
  return std::any_of(element.children.begin(), element.children.end(),
                     [](const xml::Element& child) { return !child.is_text(); });
}

// A second value of one name makes an array.
void Append(const std::string& name, Json value, Json& object) {
  const auto place = object.find(name);
  if (place == object.end()) {
    object[name] = std::move(value);
    return;
  }
  if (!place->is_array()) *place = Json::array({std::move(*place)});
  place->push_back(std::move(value));
}

class Reader {
 public:
  static Json ReadElement(const xml::Element& element, const Json& schema) {
    const bool is_object = HasType(schema, "object") || schema.contains("properties");
    if (HasChildElements(element) || is_object) return ReadObject(element, schema);
    // An attribute beside a declared text is of no use to anybody.
    const bool is_declared_text = schema.contains("type");
    Json attributes = is_declared_text ? Json::object() : OtherAttributes(element, Nothing());
    if (attributes.empty()) return ReadText(xml::TextOf(element), schema);
    return ReadObject(element, schema);
  }

  static Json ReadObject(const xml::Element& element, const Json& schema) {
    const Json& properties = Member(schema, "properties");
    Json object = OtherAttributes(element, properties);
    ReadDeclaredAttributes(element, properties, object);
    const std::string text = xml::TextOf(element);
    if (!IsBlank(text)) {
      const auto* property = FindText(properties);
      if (property != nullptr) {
        object[*property] = ReadText(text, properties[*property]);
      } else {
        object[std::string(kTextMember)] = text;
      }
    }
    for (const auto& [name, property] : properties.items()) {
      if (FormOf(property) == Form::kPlainList) object[name] = Json::array();
    }
    const std::string parent = LocalName(element.name);
    for (const xml::Element& child : element.children) {
      if (!child.is_text()) ReadChild(child, parent, properties, object);
    }
    return object;
  }

 private:
  static Json OtherAttributes(const xml::Element& element, const Json& properties) {
    Json object = Json::object();
    for (const xml::Attribute& attribute : element.attributes) {
      const bool declared =
          std::any_of(properties.items().begin(), properties.items().end(), [&](const auto& item) {
            return FormOf(item.value()) == Form::kAttribute &&
                   XmlName(item.value(), item.key()) == attribute.name;
          });
      if (!declared && !IsNamespaceMatter(attribute.name)) {
        object["@" + attribute.name] = attribute.value;
      }
    }
    return object;
  }

  static void ReadDeclaredAttributes(const xml::Element& element, const Json& properties,
                                     Json& object) {
    for (const auto& [name, property] : properties.items()) {
      if (FormOf(property) != Form::kAttribute) continue;
      const std::string* value = xml::FindAttribute(element, XmlName(property, name));
      if (value != nullptr) object[name] = ReadText(*value, property);
    }
  }

  static const std::string* FindText(const Json& properties) {
    for (auto property = properties.begin(); property != properties.end(); ++property) {
      if (FormOf(*property) == Form::kText) return &property.key();
    }
    return nullptr;
  }

  // The declared property that an element named `name` stands for. One that has a property's own
  // name though the property is written otherwise is taken for it too: two members cannot share a
  // name.
  static Json::const_iterator FindProperty(const Json& properties, const std::string& name) {
    for (auto property = properties.begin(); property != properties.end(); ++property) {
      const Form form = FormOf(*property);
      const bool is_element = form != Form::kAttribute && form != Form::kText;
      if (is_element && WireName(property.key(), *property) == name) return property;
    }
    return properties.find(name);
  }

  static void ReadChild(const xml::Element& child, const std::string& parent,
                        const Json& properties, Json& object) {
    const std::string name = LocalName(child.name);
    const auto property = FindProperty(properties, name);
    if (property != properties.end()) {
      ReadProperty(child, property.key(), *property, object);
    } else if (IsKnownList(parent, name)) {
      object.emplace(name, Json::array()).first->push_back(ReadElement(child, Nothing()));
    } else {
      Append(name, ReadElement(child, Nothing()), object);
    }
  }

  static void ReadProperty(const xml::Element& child, const std::string& name, const Json& schema,
                           Json& object) {
    const Json& items = Member(schema, "items");
    switch (FormOf(schema)) {
      case Form::kWrappedList:
        ReadEntries(child, XmlName(items, name), items, *object.emplace(name, Json::array()).first);
        return;
      case Form::kPlainList:
        object[name].push_back(ReadElement(child, items));
        return;
      case Form::kElement:
        Append(name, ReadElement(child, schema), object);
        return;
      case Form::kAttribute:
      case Form::kText:
        object.emplace(name, ReadText(xml::TextOf(child), schema));
        return;
    }
  }

  // What does not belong into the list is kept in it, so that nothing is lost.
  static void ReadEntries(const xml::Element& wrapper, const std::string& entry, const Json& items,
                          Json& list) {
    for (const xml::Element& child : wrapper.children) {
      if (child.is_text()) {
        if (!IsBlank(child.text)) list.push_back(ReadText(child.text, items));
      } else if (LocalName(child.name) == entry) {
        list.push_back(ReadElement(child, items));
      } else {
        list.push_back(Json{{LocalName(child.name), ReadElement(child, Nothing())}});
      }
    }
  }
};

}  // namespace

StatusOr<xml::Element> XmlFromJson(const Json& value, const Json& xml_schema) {
  return Writer().WriteRoot(value, xml_schema);
}

Json JsonFromXml(const xml::Element& root, const Json& xml_schema) {
  const std::string name = LocalName(root.name);
  // Published documents describe the root as the only member of an object without a name.
  const Json* inner = json::FindObject(Member(xml_schema, "properties"), name);
  const bool has_name = !json::StringOr(Member(xml_schema, "xml"), "name").empty();
  const Json& schema = inner != nullptr && !has_name ? *inner : xml_schema;
  if (FormOf(schema) == Form::kPlainList || FormOf(schema) == Form::kWrappedList) {
    xml::Element holder = xml::Branch("holder", {root});
    return Reader::ReadObject(holder, {{"properties", {{name, schema}}}});
  }
  Json value = Reader::ReadElement(root, schema);
  return value.is_object() ? value : Json{{name, std::move(value)}};
}

}  // namespace bw::tool_service
