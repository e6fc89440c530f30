#include "sandbox/core/form_data.h"

#include <string>

#include <gtest/gtest.h>

namespace bw::sandbox {
namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=b1";

std::string PartNamed(const std::string& name, const std::string& content) {
  return "--b1\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + content + "\r\n";
}

TEST(FormData, FindsPartsByName) {
  const std::string form = PartNamed("metadata", "{}") + PartNamed("file", "a\r\n--b\r\n\r\nc") +
                           PartNamed("empty", "") + "--b1--\r\n";
  EXPECT_EQ(FindFormPart(kType, form, "metadata")->content, "{}");
  EXPECT_EQ(FindFormPart(kType, form, "file")->content, "a\r\n--b\r\n\r\nc");
  EXPECT_EQ(FindFormPart(kType, form, "empty")->content, "");
  EXPECT_FALSE(FindFormPart(kType, form, "other"));
  EXPECT_EQ(FindFormPart("multipart/form-data; boundary=\"b1\"; x=y", "preamble\r\n" + form, "file")
                ->content.size(),
            11u);
}

TEST(FormData, RefusesWhatIsNoWholeForm) {
  const std::string form = PartNamed("file", "x");
  EXPECT_TRUE(FindFormPart(kType, form + "--b1--", "file"));
  EXPECT_FALSE(FindFormPart(kType, form, "file")) << "the last delimiter is missing";
  EXPECT_FALSE(FindFormPart("multipart/form-data", form + "--b1--", "file"));
  EXPECT_FALSE(FindFormPart("multipart/form-data; boundary=", form + "--b1--", "file"));
  const std::string longest(70, 'b');
  const std::string body = "--" + longest + "\r\nC: f; name=\"n\"\r\n\r\nx\r\n--" + longest;
  EXPECT_TRUE(FindFormPart("a/b; boundary=" + longest, body, "n"));
  EXPECT_FALSE(FindFormPart("a/b; boundary=" + longest + "b", body, "n"));
}

TEST(FormData, LooksAtSoManyPartsAndNoMore) {
  std::string form;
  for (std::size_t i = 1; i < kMaxFormParts; ++i) form += PartNamed("x", "");
  EXPECT_TRUE(FindFormPart(kType, form + PartNamed("n", "") + "--b1--", "n"));
  form += PartNamed("x", "");
  EXPECT_FALSE(FindFormPart(kType, form + PartNamed("n", "") + "--b1--", "n"));
}

}  // namespace
}  // namespace bw::sandbox
