import "./css/fonts.css";
import "./css/admin.css";
