package journeys

import "testing"

// Two procedures that nobody wrote a form for: what is asked comes from the record
// of the national portal, with its papers of whole sentences, its notes and its fee.
func TestFormsMadeFromTheRecordAreFiledFromAPhone(t *testing.T) {
	onPhones(t, func(name string) []filing { return []filing{extract(name), wharf(name)} })
}

// extract costs a known fee, may be asked of two levels by persons and by
// organisations, has papers in groups and a page of notes.
func extract(name string) filing {
	return filing{
		code: "2.000635", facts: []string{"bản sao giấy khai sinh", "8.000 ₫", "Giấy tờ phải nộp", "Nộp hồ sơ trực tuyến"},
		leaves: []leaf{
			{"Bạn nộp hồ sơ cho ai?", nil, "Chọn nộp cho cá nhân hay tổ chức", []move{choose("Cá nhân")}},
			{"Thông tin của bạn", []move{fill("applicant-name", name), fill("applicant-citizen", "83198")}, "phải có đúng 12 chữ số", []move{fill("applicant-citizen", "083198004321")}},
			{"Cách liên lạc với bạn", []move{fill("phone", "")}, "Nhập số điện thoại", []move{fill("phone", "0912 345 678")}},
			{"Việc này thuộc xã, phường nào?", nil, "Chọn xã, phường", []move{pick("commune-commune", commune)}},
			{"Bạn nộp cho cấp nào?", nil, "Chọn cấp giải quyết", []move{choose("Xã, phường")}},
			{"Bạn đề nghị giải quyết việc gì?", nil, "Nhập nội dung đề nghị", []move{fill("request", "Xin 2 bản sao Giấy khai sinh của con tôi, sinh ngày 10/11/2020")}},
			{"Văn bản ủy quyền…", nil, "", []move{photo("paper_p2")}},
			{"Giấy tờ có giá trị chứng minh thông tin về cư trú…", nil, "", []move{choose("paper_p4-desk")}},
			{"Tờ khai đề nghị bản sao Trích lục hộ tịch", nil, "", nil},
			{"Lưu ý về giấy tờ", nil, "", nil},
			{"Bạn muốn nhận kết quả bằng cách nào?", nil, "Chọn cách nhận kết quả", []move{choose("Qua bưu chính")}},
			{"Địa chỉ nhận qua bưu chính", []move{kept("post_address-commune", commune), fill("post_name", name)}, "Nhập số nhà, đường hoặc ấp", []move{fill("post_address-street", "Ấp 3")}},
			{"Bạn muốn nói thêm điều gì không?", nil, "", nil},
		},
		checked: []string{name, "Xã Phú Túc", "Xin 2 bản sao Giấy khai sinh", "giấy chứng sinh 1.jpg", "Sẽ mang bản chính", "8.000 ₫"},
		title:   name,
	}
}

// wharf has a fee that is printed and not confirmed, and six papers, of which four
// are called by a whole sentence.
func wharf(name string) filing {
	firm := "Hợp tác xã Bến đò " + name
	return filing{
		code: "1.009454", facts: []string{"Công bố hoạt động bến thủy nội địa", "100,000 VNĐ", "chưa được xác nhận", "5 ngày làm việc"},
		leaves: []leaf{
			{"Bạn nộp hồ sơ cho ai?", nil, "", []move{choose("Tổ chức, doanh nghiệp, hợp tác xã")}},
			{"Tổ chức nộp hồ sơ", []move{fill("org_person", "1")}, "Nhập tên tổ chức", []move{fill("org_name", firm), fill("org_person", name)}},
			{"Cách liên lạc với bạn", []move{fill("phone", "0912 345 678"), fill("email", "ben@")}, "phải có dạng", []move{fill("email", "")}},
			{"Việc này thuộc xã, phường nào?", nil, "", []move{pick("commune-commune", commune)}},
			{"Bạn đề nghị giải quyết việc gì?", nil, "", []move{fill("request", "Công bố hoạt động bến hàng hóa ở Ấp 3")}},
			{"Bản sao có chứng thực giấy tờ về sử dụng đất để xây dựng bến thủy nội địa…", nil, "", []move{photo("paper_p1"), choose("paper_p2-desk")}},
			{"Đơn đề nghị công bố hoạt động bến thủy nội địa theo mẫu", nil, "", []move{photo("paper_p7")}},
			{"Lưu ý về giấy tờ", nil, "", nil},
			{"Bạn muốn nhận kết quả bằng cách nào?", nil, "", []move{choose("Tại bộ phận một cửa")}},
			{"Bạn muốn nói thêm điều gì không?", nil, "", []move{fill("notes", "Bến mở từ 6 giờ")}},
		},
		checked: []string{firm, "Công bố hoạt động bến hàng hóa", "100,000 VNĐ", "Bến mở từ 6 giờ"},
		title:   firm,
	}
}
