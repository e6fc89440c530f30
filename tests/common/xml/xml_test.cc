#include "common/xml/xml.h"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bw::xml {
namespace {

using ::testing::HasSubstr;

std::string ErrorOf(std::string_view document, const ParseLimits& limits = {}) {
  const auto parsed = Parse(document, limits);
  return parsed.ok() ? "accepted" : ToString(parsed.status());
}

TEST(XmlParse, ReadsNamesAttributesTextAndOrder) {
  const auto root = Parse(
      "<?xml version='1.0' encoding='utf-8'?><!-- c --><R a='1' b=\"x &amp; &#x41;&#66;\">"
      "one<S>two</S><![CDATA[<3>]]><T/></R>");
  ASSERT_TRUE(root.ok()) << ToString(root.status());
  EXPECT_EQ(root->name, "R");
  EXPECT_EQ(*FindAttribute(*root, "b"), "x & AB");
  EXPECT_EQ(FindAttribute(*root, "c"), nullptr);
  ASSERT_EQ(root->children.size(), 4u);
  EXPECT_TRUE(root->children[0].is_text());
  EXPECT_EQ(root->children[1].name, "S");
  EXPECT_EQ(TextOf(*root), "one<3>");
  EXPECT_EQ(ChildText(*root, "S"), "two");
  EXPECT_EQ(ChildText(*root, "Missing"), "");
}

TEST(XmlParse, DropsBlankTextUnlessAsked) {
  constexpr std::string_view kDocument = "<R> <S>a</S>\n<S>b</S> </R>";
  EXPECT_EQ(Parse(kDocument)->children.size(), 2u);
  EXPECT_EQ(Parse(kDocument, {.keep_blank_text = true})->children.size(), 5u);
}

struct Refusal {
  std::string_view what;
  std::string_view document;
  std::string_view message;
};

class XmlRefusal : public ::testing::TestWithParam<Refusal> {};

TEST_P(XmlRefusal, NamesTheReason) {
  EXPECT_THAT(ErrorOf(GetParam().document), HasSubstr(std::string(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    Table, XmlRefusal,
    ::testing::Values(Refusal{"Empty", "", "no XML element"},
                      Refusal{"Text", "hello", "outside its root"},
                      Refusal{"Unclosed", "<a>", "not well-formed"},
                      Refusal{"Mismatch", "<a></b>", "not well-formed"},
                      Refusal{"TwoRoots", "<a/><b/>", "more than one root"},
                      Refusal{"TextBefore", "x<a/>", "outside its root"},
                      Refusal{"TextAfter", "<a/>x", "outside its root"},
                      Refusal{"Dtd", "<!DOCTYPE a><a/>", "DTD"},
                      Refusal{"Entity", "<a>&nbsp;</a>", "unknown entity"},
                      Refusal{"BareAmpersand", "<a>b & c</a>", "bare '&'"},
                      Refusal{"BareAmpersandInAttribute", "<a b='c & d'/>", "bare '&'"},
                      Refusal{"NullReference", "<a>&#0;</a>", "character reference"},
                      Refusal{"HugeReference", "<a>&#x110000;</a>", "character reference"},
                      Refusal{"SurrogateReference", "<a>&#xD800;</a>", "character reference"},
                      Refusal{"DuplicateAttribute", "<a b='1' b='2'/>", "attribute b twice"},
                      Refusal{"LessThanInAttribute", "<a b='<'/>", "holds a '<'"},
                      Refusal{"ControlCharacter", "<a>\x01</a>", "at byte 3"},
                      Refusal{"NotUtf8", "<a>\xff</a>", "at byte 3"},
                      Refusal{"Overlong", "<a>\xc0\xaf</a>", "at byte 3"},
                      Refusal{"Encoding", "<?xml version='1.0' encoding='UTF-16'?><a/>",
                              "encoding other than UTF-8"},
                      Refusal{"LateDeclaration", "<!-- --><?xml version='1.0'?><a/>",
                              "must stand first"}),
    [](const auto& param) { return std::string(param.param.what); });

TEST(XmlParse, LimitsHoldExactly) {
  EXPECT_EQ(ErrorOf("<a/>", {.max_bytes = 4}), "accepted");
  EXPECT_THAT(ErrorOf("<ab/>", {.max_bytes = 4}), HasSubstr("at most 4"));
  EXPECT_EQ(ErrorOf("<a><b/></a>", {.max_depth = 2}), "accepted");
  EXPECT_THAT(ErrorOf("<a><b><c/></b></a>", {.max_depth = 2}), HasSubstr("deeper than 2"));
  EXPECT_EQ(ErrorOf("<a b='1'>t</a>", {.max_nodes = 3}), "accepted");
  EXPECT_THAT(ErrorOf("<a b='1'>t<c/></a>", {.max_nodes = 3}), HasSubstr("more than 3"));
}

TEST(XmlParse, BoundsAttributesOfOneElement) {
  std::string document = "<a";
  for (int i = 0; i < 64; ++i) document += " a" + std::to_string(i) + "=''";
  EXPECT_EQ(ErrorOf(document + "/>"), "accepted");
  EXPECT_THAT(ErrorOf(document + " z=''/>"), HasSubstr("more than 64 attributes"));
}

TEST(XmlWrite, EscapesEverythingAndComesBack) {
  Element root = Branch("R", {Leaf("S", "a < b & \"c\" 'd' > e\r"), Leaf("Empty", "")});
  root.attributes.push_back({"n", "line\none\ttwo \"q\""});
  const std::string written = Write(root, {.standalone = true});
  EXPECT_EQ(
      written,
      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
      "<R n=\"line&#10;one&#9;two &quot;q&quot;\"><S>a &lt; b &amp; &quot;c&quot; &apos;d&apos;"
      " &gt; e&#13;</S><Empty/></R>");
  const auto parsed = Parse(written);
  ASSERT_TRUE(parsed.ok()) << ToString(parsed.status());
  EXPECT_EQ(*parsed, root);
}

TEST(XmlWrite, ReplacesWhatXmlCannotHold) {
  EXPECT_EQ(Escape(std::string_view("a\0b", 3)),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(Escape("\xff\xc3\xa9"), "\xEF\xBF\xBD\xc3\xa9");
  EXPECT_FALSE(IsXmlText("\x02"));
  EXPECT_TRUE(IsXmlText("\xf0\x9f\x98\x80\n"));
}

TEST(XmlFind, FollowsPathsAndDepth) {
  const auto root = Parse("<R><L><E><Code>1</Code></E><E><Code>2</Code></E></L></R>");
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(TextOf(*FindPath(*root, "L/E/Code")), "1");
  EXPECT_EQ(FindPath(*root, "L/X/Code"), nullptr);
  EXPECT_EQ(TextOf(*FindAnywhere(*root, "Code")), "1");
  EXPECT_EQ(FindChildren(*FindChild(*root, "L"), "E").size(), 2u);
}

}  // namespace
}  // namespace bw::xml
