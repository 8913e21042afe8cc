"""Names of roles, permissions and acts, as catalogue texts; the page translates them."""

from survey_app.languages import N_

ROLES: dict[str, tuple[str, str]] = {
    "administrator": (N_("管理员"), N_("管理账号、门店和机构信息")),
    "researcher": (N_("调研人员"), N_("设计、发布问卷，查看结果，导出数据")),
    "shop-staff": (N_("门店员工"), N_("打印本门店的二维码海报")),
    "customer-service": (N_("客服"), N_("查看结果和意见，跟进投诉")),
    "quality": (N_("质量部"), N_("查看敏感意见和审计记录")),
    "manager": (N_("经理"), N_("查看结果和报告")),
}

PERMISSIONS: dict[str, str] = {
    "questionnaire:read": N_("查看问卷"),
    "questionnaire:edit": N_("创建、修改问卷"),
    "questionnaire:publish": N_("发布问卷"),
    "collector:read": N_("查看链接和二维码"),
    "collector:edit": N_("创建、关闭链接和二维码"),
    "result:read": N_("查看结果"),
    "comment:read": N_("查看文字意见（已遮盖个人信息）"),
    "comment:read:sensitive": N_("查看敏感意见"),
    "response:export": N_("导出数据"),
    "organisation:edit": N_("修改机构、大区和门店"),
    "user:manage": N_("管理用户"),
    "audit:read": N_("查看审计记录"),
}

ACTIONS: dict[str, str] = {
    "user.created": N_("创建用户"),
    "user.changed": N_("修改用户"),
    "user.link_created": N_("生成一次性链接"),
    "user.password_set": N_("设置密码"),
    "user.deactivated": N_("停用用户"),
    "user.activated": N_("启用用户"),
    "user.locked": N_("登录失败过多，暂时锁定"),
    "user.signed_in": N_("登录"),
    "user.signed_out": N_("退出登录"),
    "organisation.changed": N_("修改机构信息"),
    "organisation.logo_set": N_("更换标志"),
    "organisation.logo_removed": N_("移除标志"),
    "consent_text.published": N_("更新隐私说明"),
    "region.created": N_("创建大区"),
    "region.changed": N_("修改大区"),
    "shop.created": N_("创建门店"),
    "shop.changed": N_("修改门店"),
    "questionnaire.created": N_("创建问卷"),
    "questionnaire.draft_changed": N_("修改草稿"),
    "questionnaire.archived": N_("归档问卷"),
    "questionnaire.restored": N_("恢复问卷"),
    "version.published": N_("发布版本"),
    "questionnaire.scheduled": N_("设定开放和结束时间"),
    "questionnaire.retired": N_("停用问卷"),
    "questionnaire.reopened": N_("重新开放问卷"),
    "approval.requested": N_("申请发布审批"),
    "approval.given": N_("同意发布"),
    "approval.refused": N_("退回发布申请"),
    "approval.withdrawn": N_("撤回发布申请"),
    "collector.created": N_("创建链接或二维码"),
    "collector.closed": N_("关闭链接或二维码"),
    "collector.reopened": N_("重新开放链接或二维码"),
    "collector.version_switched": N_("切换版本"),
    "export.requested": N_("申请导出"),
    "export.finished": N_("写出导出文件"),
    "export.downloaded": N_("下载导出文件"),
    "response.exported": N_("用命令行导出数据"),
    "retention.applied": N_("按保存期限清理"),
    "wave_keys.destruction_started": N_("开始销毁密钥"),
    "wave_keys.destroyed": N_("密钥已销毁"),
    "comment.read": N_("查看文字意见"),
    "sample.loaded": N_("载入示例数据"),
}

# Names in the audit log: roles of programs (their own names stay as stored, the log is searched by them) and objects of acts.
PROGRAMS: dict[str, str] = {
    "operator": N_("运维人员"),
    "program": N_("程序"),
}
OBJECTS: dict[str, str] = {
    "Approval": N_("发布申请"),
    "Collector": N_("链接或二维码"),
    "ConsentText": N_("隐私说明"),
    "Export": N_("导出文件"),
    "Organisation": N_("机构"),
    "Questionnaire": N_("问卷"),
    "Region": N_("大区"),
    "Shop": N_("门店"),
    "User": N_("账号"),
    "Version": N_("问卷版本"),
    "Wave": N_("收集月份"),
}
