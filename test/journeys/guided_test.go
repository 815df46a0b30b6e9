package journeys

import (
	"strings"
	"testing"
)

// Every guided form is filed from the page of its procedure to the filing number,
// once wrong and once right on the pages where one goes wrong.
func TestGuidedFormsAreFiledFromAPhone(t *testing.T) {
	onPhones(t, func(name string) []filing {
		return []filing{marriage(name), maritalStatus(name), certifiedCopies(name), certifiedSignature(name), householdBusiness(name), housePermit(name)}
	})
}

const commune = "Xã Phú Túc"

// couple is what a person types about one who marries.
func couple(id, name, day, month, year, citizen string) []move {
	return []move{kept(id+"-residence-commune", commune), fill(id+"-name", name), born(id+"-born", day, month, year), fill(id+"-citizen", citizen), fill(id+"-ethnicity", "Kinh")}
}

func marriage(name string) filing {
	groom := strings.Replace(name, "Nguyễn Thị Mai", "Trần Văn Bình", 1)
	return filing{
		code: "1.000894", facts: []string{"Đăng ký kết hôn", "Miễn phí", "cần đến cơ quan một lần", "Giấy tờ tùy thân của hai bên"},
		leaves: []leaf{
			{"cùng đến", []move{choose("Không, có người nước ngoài hoặc người ở nước ngoài")}, "chọn thủ tục Đăng ký kết hôn có yếu tố nước ngoài (2.000806)", []move{choose("Đúng")}},
			{"Đăng ký tại xã, phường nào?", nil, "Chọn xã, phường trong nơi đăng ký", []move{pick("commune-commune", commune)}},
			{"Bên nam", couple("him", groom, "24", "11", "2006", "083206001111"), "Bên nam phải đủ 20 tuổi", []move{born("him-born", "4", "3", "2000")}},
			{"Bên nữ", couple("her", name, "6", "5", "2002", "083206001111"), "trùng với số của bên nam", []move{fill("her-citizen", "083302002222")}},
			{"Hôn nhân trước đây", []move{of("Bên nữ đã từng kết hôn chưa?", "Chưa")}, "Chọn hôn nhân trước đây của bên nam", []move{of("Bên nam đã từng kết hôn chưa?", "Đã ly hôn"), of("Bên nữ đã từng kết hôn chưa?", "Chưa")}},
			{"Hôn nhân trước của bên nam", []move{fill("him_times", "1"), fill("him_divorce", "12/2020/QĐST-HNGĐ ngày 03/04/2020")}, "phải từ 2 trở lên", []move{fill("him_times", "2")}},
			{"Người nộp hồ sơ", []move{choose("Bên nữ"), fill("phone", "12")}, "phải có 10 chữ số", []move{fill("phone", "0912 345 678")}},
			{"Bạn muốn nói thêm điều gì không?", nil, "", []move{fill("notes", "Chúng tôi muốn đến sáng thứ sáu")}},
		},
		checked: []string{groom, name, "Miễn phí", "Miễn cho công dân Việt Nam cư trú ở trong nước", "12/2020/QĐST-HNGĐ", "một lần, mang theo: Giấy tờ tùy thân của hai bên"},
		title:   groom,
	}
}

func maritalStatus(name string) filing {
	return filing{
		code: "1.004873", facts: []string{"Cấp Giấy xác nhận tình trạng hôn nhân", "3 ngày làm việc", "Chưa rõ"},
		leaves: []leaf{
			{"Bạn xin giấy cho ai?", nil, "Chọn người được xác nhận", []move{choose("Cho người đã ủy quyền cho tôi")}},
			{"Thông tin của bạn", []move{fill("requester-name", name), fill("requester-citizen", "083070001111")}, "Tải lên ảnh văn bản ủy quyền", []move{photo("authorisation")}},
			{"Nộp tại xã, phường nào?", nil, "Chọn xã, phường trong nơi nộp", []move{pick("commune-commune", commune)}},
			{"Người được xác nhận", append(couple("whose", "Lê Thị Sáu "+name, "2", "5", "1998", "83198"), kept("whose-nationality", "Việt Nam")), "phải có đúng 12 chữ số", []move{fill("whose-citizen", "083198004321")}},
			{"Tình trạng hôn nhân hiện nay?", nil, "Chọn tình trạng hôn nhân", []move{choose("Đã ly hôn, chưa kết hôn lại")}},
			{"Ly hôn", []move{fill("divorce_number", "12/2020/QĐST-HNGĐ"), fill("divorce_day-year", "1990"), fill("divorce_court", "Tòa án nhân dân huyện Châu Thành")}, "không được trước ngày sinh", []move{fill("divorce_day-year", "2020")}},
			{"Đã từng đăng ký thường trú ở xã, phường khác chưa?", nil, "", []move{choose("Đã từng")}},
			{"Các nơi đã thường trú", []move{fill("places-0-where-outside", "Phường Ninh Kiều, thành phố Cần Thơ")}, "Nhập ở đó đến ngày", []move{fill("places-0-until-year", "2019")}},
			{"Bạn dùng giấy này để làm gì?", nil, "", []move{choose("Để kết hôn")}},
			{"Kết hôn với ai", []move{fill("partner-name", "Trần Văn Bình"), fill("partner-born-year", "1997"), fill("partner-citizen", "083097001234"), choose("Tại cơ quan đại diện nước ngoài ở Việt Nam")}, "Cơ quan không cấp giấy để kết hôn với người nước ngoài", []move{choose("Tại xã, phường ở Việt Nam")}},
			{"Trước đây đã được cấp giấy này chưa?", nil, "", []move{choose("Rồi, nhưng không còn giấy đó")}},
			{"Không còn giấy đã cấp", nil, "Nhập vì sao không nộp lại được giấy đó", []move{fill("lost_reason", "Giấy bị ướt trong mùa nước lên")}},
			{"Cách liên lạc với bạn", nil, "", []move{fill("phone", "0912345678")}},
			{"Bạn muốn nhận giấy bằng cách nào?", nil, "", []move{choose("Qua bưu chính")}},
			{"Địa chỉ nhận qua bưu chính", []move{kept("post_name", "Lê Thị Sáu "+name), kept("post_address-commune", commune)}, "Nhập số nhà, đường hoặc ấp", []move{fill("post_address-street", "Ấp 3")}},
		},
		checked: []string{"Lê Thị Sáu " + name, "Chưa rõ", "Giấy bị ướt trong mùa nước lên"},
		title:   "Lê Thị Sáu " + name,
	}
}

func certifiedCopies(name string) filing {
	return filing{
		code: "2.000815", facts: []string{"Chứng thực bản sao từ bản chính", "2.000 ₫ một trang", "cần đến cơ quan một lần", "15:00"},
		leaves: []leaf{
			{"Bạn sẽ đến xã, phường nào?", nil, "Chọn xã, phường trong nơi bạn sẽ đến", []move{pick("commune-commune", commune)}},
			{"Các bản chính", []move{fill("documents-0-name", "Bằng tốt nghiệp"), fill("documents-0-pages", "1,5"), fill("documents-0-copies", "3")}, "phải là số nguyên", []move{fill("documents-0-pages", "1"), press("Thêm giấy tờ"),
				fill("documents-1-name", "Sổ hộ tịch"), fill("documents-1-pages", "16"), fill("documents-1-copies", "1")}},
			{"Có bản chính nào như sau không?", []move{choose("Bị tẩy xóa, sửa chữa, thêm bớt không hợp lệ")}, "Bản chính như vậy không được chứng thực", []move{choose("Không, tất cả đều còn tốt")}},
			{"Có giấy tờ nào do nước ngoài cấp không?", []move{choose("Có, chưa hợp pháp hóa và không được miễn")}, "phải được hợp pháp hóa lãnh sự trước", []move{choose("Không")}},
			{"Người yêu cầu", []move{fill("name", "1")}, "chỉ gồm chữ cái", []move{fill("name", "Phan Thị Bảy "+name), fill("phone", "0912345678")}},
		},
		checked: []string{"24.000 ₫", "4 bản sao từ 2 giấy tờ", "Bằng tốt nghiệp", "một lần, mang theo: Bản chính giấy tờ cần chứng thực"},
		title:   "Phan Thị Bảy " + name,
	}
}

func certifiedSignature(name string) filing {
	return filing{
		code: "2.000884", facts: []string{"Chứng thực chữ ký", "10.000 ₫ một giấy tờ", "cần đến cơ quan một lần"},
		leaves: []leaf{
			{"Bạn sẽ đến xã, phường nào?", nil, "", []move{pick("commune-commune", commune)}},
			{"Giấy tờ sẽ ký", []move{choose("Hợp đồng hoặc giao dịch khác"), fill("documents", "2")}, "không được chứng thực chữ ký", []move{choose("Tờ khai, lý lịch, cam kết của chính bạn")}},
			{"Có giấy nào bằng tiếng nước ngoài không?", nil, "", []move{choose("Có")}},
			{"Ảnh bản dịch ra tiếng Việt", nil, "", []move{photo("translation")}},
			{"Người ký", []move{fill("name", "")}, "Nhập họ, chữ đệm và tên của bạn", []move{fill("name", "Đỗ Thị Chín "+name), fill("phone", "0912345678")}},
		},
		checked: []string{"20.000 ₫", "2 giấy tờ", "một lần, mang theo"},
		title:   "Đỗ Thị Chín " + name,
	}
}

func householdBusiness(name string) filing {
	business := "Hộ kinh doanh Tạp hóa " + name
	return filing{
		code: "1.001612", facts: []string{"Đăng ký thành lập hộ kinh doanh", "3 ngày làm việc", "Hội đồng nhân dân tỉnh quyết định"},
		leaves: []leaf{
			{"Hộ kinh doanh do ai thành lập?", []move{choose("Các thành viên hộ gia đình")}, "Chọn người nộp hồ sơ", []move{choose("Chủ hộ kinh doanh")}},
			{"Chủ hộ kinh doanh", []move{fill("owner-name", name), born("owner-born", "31", "2", "1998"), fill("owner-citizen", "083198004321"), pick("owner-residence-commune", commune), fill("owner-phone", "0912345678")}, "tháng 2 năm 1998 không có ngày 31", []move{born("owner-born", "2", "5", "1998")}},
			{"Thành viên cùng đăng ký", []move{fill("members-0-name", "Trần Văn Bình")}, "Nhập số định danh cá nhân (thành viên 1)", []move{fill("members-0-citizen", "083097001234")}},
			{"Tên hộ kinh doanh", []move{fill("business", "A")}, "phải có ít nhất 3 ký tự", []move{fill("business", business)}},
			{"Trụ sở hộ kinh doanh", []move{pick("site-commune", commune)}, "Nhập số nhà, đường hoặc ấp trong trụ sở", []move{fill("site-street", "Ấp 3")}},
			{"Ngành nghề", nil, "Nhập kinh doanh gì (ngành 1)", []move{fill("lines-0-what", "Bán lẻ thực phẩm tại cửa hàng")}},
			{"Vốn và lao động", []move{fill("capital", "năm mươi triệu"), fill("workers", "2")}, "Vốn kinh doanh phải là số", []move{fill("capital", "50.000.000")}},
			{"Đăng ký thuế", []move{choose("Nơi khác")}, "Nhập ngày bắt đầu hoạt động", []move{born("begins", "1", "12", "2026"), choose("Tại trụ sở hộ kinh doanh")}},
			{"Văn bản ủy quyền của các thành viên hộ gia đình", nil, "Tải lên văn bản ủy quyền", []move{photo("household_authorisation")}},
			{"Bạn muốn nhận giấy chứng nhận bằng cách nào?", nil, "", []move{choose("Tại bộ phận một cửa của xã, phường")}},
		},
		checked: []string{business, "50.000.000", "Chưa rõ", "Bán lẻ thực phẩm tại cửa hàng"},
		title:   business,
	}
}

func housePermit(name string) filing {
	return filing{
		code: "1.013225", facts: []string{"Cấp giấy phép xây dựng nhà ở riêng lẻ", "15 ngày", "02 bộ bản vẽ"},
		leaves: []leaf{
			{"Bạn xin phép làm gì?", []move{choose("Sửa chữa, cải tạo nhà đang có"), choose("Hộ gia đình, cá nhân")}, "chọn thủ tục 1.013229", []move{choose("Xây mới nhà ở riêng lẻ")}},
			{"Chủ hộ hoặc người đại diện", []move{fill("builder-name", "Võ Văn Tám "+name), fill("builder-citizen", "083198004321"), pick("builder-residence-commune", commune), fill("builder-phone", "")}, "Nhập số điện thoại của chủ đầu tư", []move{fill("builder-phone", "0912345678")}},
			{"Nơi xây nhà", []move{pick("site-commune", commune)}, "Nhập số nhà, đường hoặc ấp", []move{fill("site-street", "Ấp 3")}},
			{"Thửa đất", []move{fill("map_sheet", "12"), fill("plot_number", "345"), fill("plot_area", "100 m2")}, "Diện tích thửa đất phải là số", []move{fill("plot_area", "100")}},
			{"Quy mô nhà", []move{fill("storeys", "2"), fill("built_area", "120,5"), fill("floor_area", "241"), fill("height", "7,5")}, "Diện tích xây dựng lớn hơn diện tích thửa đất", []move{fill("built_area", "80,5"), fill("floor_area", "161")}},
			{"Giấy tờ về đất", []move{choose("Giấy chứng nhận quyền sử dụng đất, hoặc kèm tài sản, nhà ở")}, "Chọn đất hoặc công trình thuê", []move{of("Đất hoặc công trình có phải thuê của người khác không?", "Không")}},
			{"Ảnh giấy tờ về đất", nil, "Tải lên ảnh giấy tờ về đất", []move{photo("land")}},
			{"Bản vẽ thiết kế", nil, "Tải lên bản vẽ thiết kế", []move{choose("Tôi sẽ mang bản chính đến bộ phận một cửa")}},
			{"Công trình liền kề và yêu cầu khác", nil, "Chọn công trình liền kề", []move{of("Có công trình liền kề nhà sẽ xây không?", "Có"), of("Nhà có thuộc diện sau không?", "Không")}},
			{"Bản cam kết an toàn cho công trình liền kề", nil, "Tải lên bản cam kết", []move{photo("pledge")}},
		},
		checked: []string{"Võ Văn Tám " + name, "80,5", "Chưa rõ", "Xây mới nhà ở riêng lẻ"},
		title:   "Võ Văn Tám " + name,
	}
}
